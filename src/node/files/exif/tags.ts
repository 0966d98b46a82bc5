/** Tags of EXIF that are read or written here. Source: Exif 2.32. */
export const TAGS = {
  orientation: 0x0112,
  xResolution: 0x011a,
  yResolution: 0x011b,
  resolutionUnit: 0x0128,
  exif: 0x8769,
  gps: 0x8825,
  colorSpace: 0xa001,
  width: 0xa002,
  height: 0xa003,
  interoperability: 0xa005,
  interoperabilityIndex: 0x0001,
} as const;

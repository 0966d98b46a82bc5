/** What a painting is computed on, by the names that flags, requests and orders have for it. */

/** 'auto' takes a graphics device where it was seen to be faster than the CPU, and the CPU elsewhere. */
export const DEVICES = ['auto', 'cpu', 'webgpu', 'cuda', 'directml', 'coreml'] as const;
export type DeviceChoice = (typeof DEVICES)[number];
/** A device itself. */
export type Device = Exclude<DeviceChoice, 'auto'>;
export type GraphicsDevice = Exclude<Device, 'cpu'>;

export const isDeviceChoice = (value: unknown): value is DeviceChoice =>
  (DEVICES as readonly unknown[]).includes(value);

/** As it reads in "Expected <expects> for <name> but received <value>." */
export const DEVICE_EXPECTS = `one of ${DEVICES.join(', ')}`;

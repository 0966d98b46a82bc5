/**
 * How colours are stored: transfer functions to linear light, and primaries. Sources: ITU-T H.273 (code points), ITU-R BT.2100 (PQ, HLG), IEC 61966-2-1 (sRGB).
 */
import { fromPrimaries, IDENTITY, type Matrix, PRIMARIES, toXyz } from './primaries.js';

/** From a stored value, 0..1, to linear light, where 1 is white. */
export type Curve = (stored: number) => number;

export interface ColorEncoding {
  /** Of red, green and blue. */
  readonly curves: readonly [Curve, Curve, Curve];
  /** From linear light in the file's primaries to linear light in sRGB's. */
  readonly toSrgb: Matrix;
  /** Light may be brighter than white. */
  readonly highRange?: boolean;
  /** Weights of the channels in luminance, where brightness depends on it, as in HLG. */
  readonly hlgLuminance?: readonly [number, number, number];
}

/** White of ordinary pictures within HDR, in cd/m2 (ITU-R BT.2408). */
export const WHITE_NITS = 203;

export const srgbCurve: Curve = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
export const powerCurve =
  (exponent: number): Curve =>
  (v) =>
    Math.max(0, v) ** exponent;

const pqCurve: Curve = (v) => {
  const power = Math.max(0, v) ** (32 / 2523);
  const light = Math.max(0, power - 3424 / 4096) / ((2413 - 2392 * power) / 128);
  return (10_000 / WHITE_NITS) * light ** (16384 / 2610);
};

/** To the light of the scene, 0..1; what a screen shows depends on the luminance, see hlgLuminance. */
const hlgCurve: Curve = (v) => {
  const [a, b, c] = [0.17883277, 0.28466892, 0.55991073];
  return v <= 0.5 ? v ** 2 / 3 : (Math.exp((v - c) / a) + b) / 12;
};

/** How far the numbers of a profile may lie from sRGB's: many profiles round their matrix. */
const SAME = 0.002;

/** Whether an encoding is sRGB, to rounding. */
export function isSrgb({ curves, toSrgb }: ColorEncoding): boolean {
  const sameCurve = (curve: Curve) =>
    Array.from({ length: 33 }, (_, i) => i / 32).every((v) => Math.abs(curve(v) - srgbCurve(v)) < SAME);
  return curves.every(sameCurve) && toSrgb.every((value, i) => Math.abs(value - (IDENTITY[i] as number)) < SAME);
}

/** Transfer functions by their code in H.273. Those of video, made for dim rooms, are shown as sRGB, as browsers do. */
const CURVES: Readonly<Record<number, Curve>> = {
  1: srgbCurve,
  4: powerCurve(2.2),
  5: powerCurve(2.8),
  6: srgbCurve,
  8: (v) => v,
  13: srgbCurve,
  14: srgbCurve,
  15: srgbCurve,
  16: pqCurve,
  17: (v) => (52.37 / 48) * powerCurve(2.6)(v),
  18: hlgCurve,
};
const PQ = 16;
const HLG = 18;

/** How H.273 calls the transfer functions of high dynamic range. */
export const HIGH_RANGE: Readonly<Record<number, string>> = { [PQ]: 'PQ', [HLG]: 'HLG' };

/** The encoding that code points of H.273 stand for; undefined where one is not known here. */
export function encodingOfCodes(
  primariesCode: number,
  transferCode: number,
  fullRange: boolean,
): ColorEncoding | undefined {
  const primaries = PRIMARIES[primariesCode];
  const curve = CURVES[transferCode];
  if (!primaries || !curve) return undefined;
  const widened: Curve = fullRange ? curve : (v) => curve(Math.min(1, Math.max(0, (255 * v - 16) / 219)));
  const [, , , r = 0, g = 0, b = 0] = toXyz(primaries);
  return {
    curves: [widened, widened, widened],
    toSrgb: fromPrimaries(primaries),
    ...(transferCode in HIGH_RANGE ? { highRange: true } : {}),
    ...(transferCode === HLG ? { hlgLuminance: [r, g, b] as const } : {}),
  };
}

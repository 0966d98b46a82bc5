/** Samples of a file converted to sRGB; a high dynamic range is brought down to that of a screen. */
import { fromBytes, fromRgba, type Layered } from '../../../core/pictures/picture.js';
import { type ColorEncoding, type Curve, WHITE_NITS } from './encoding.js';

/** What HLG is made for, in cd/m2 (ITU-R BT.2100). */
const HLG_PEAK_NITS = 1000;

/** Interleaved numbers as a decoder gives them. */
export type Samples = Uint8Array | Uint16Array | Float32Array;

/** Light up to this share of white stays as it is when brighter light has to be brought below white. */
const KNEE = 0.75;

/** Converts samples to sRGB. */
export class ColorConverter {
  readonly #encoding: ColorEncoding;
  readonly #max: number;
  /** Light of every sample, by channel, where samples are whole numbers. */
  readonly #tables: readonly Float64Array[] | undefined;

  /** @param max the sample that stands for 1. */
  constructor(encoding: ColorEncoding, max: number) {
    this.#encoding = encoding;
    this.#max = max;
    this.#tables =
      max === 255 || max === 65_535
        ? encoding.curves.map((curve) => Float64Array.from({ length: max + 1 }, (_, sample) => curve(sample / max)))
        : undefined;
  }

  /** The brightest light in these samples, in multiples of white. */
  peakOf(samples: Samples, channels: 3 | 4): number {
    const light = new Float64Array(3);
    let peak = 0;
    for (let i = 0; i < samples.length; i += channels) {
      this.#light(samples, i, light);
      peak = Math.max(peak, light[0] as number, light[1] as number, light[2] as number);
    }
    return peak;
  }

  /**
   * The picture of these samples. Where light is brighter than white, what is above three quarters of white is
   * compressed, so that the peak becomes white; the three channels shrink together, so that hues stay.
   *
   * @param peak the brightest light of the whole picture.
   */
  convert(samples: Samples, channels: 3 | 4, width: number, peak: number): Layered {
    const result = new Float32Array(samples.length);
    const light = new Float64Array(3);
    const compressed = compression(peak);
    for (let i = 0; i < samples.length; i += channels) {
      this.#light(samples, i, light);
      const brightest = Math.max(light[0] as number, light[1] as number, light[2] as number);
      const gain = brightest > KNEE ? compressed(brightest) / brightest : 1;
      for (let c = 0; c < 3; c++) result[i + c] = 255 * srgbOf(gain * (light[c] as number));
      if (channels === 4) result[i + 3] = alphaOf(samples[i + 3] as number, this.#max);
    }
    return planar(result, channels, width);
  }

  /** Linear light of one pixel in sRGB's primaries. */
  #light(samples: Samples, i: number, into: Float64Array): void {
    const { toSrgb, hlgLuminance } = this.#encoding;
    const r = this.#channel(0, samples[i] as number);
    const g = this.#channel(1, samples[i + 1] as number);
    const b = this.#channel(2, samples[i + 2] as number);
    let gain = 1;
    if (hlgLuminance) {
      const luminance = hlgLuminance[0] * r + hlgLuminance[1] * g + hlgLuminance[2] * b;
      gain = (HLG_PEAK_NITS / WHITE_NITS) * luminance ** 0.2;
    }
    for (let c = 0; c < 3; c++) {
      const row = 3 * c;
      const light = (toSrgb[row] as number) * r + (toSrgb[row + 1] as number) * g + (toSrgb[row + 2] as number) * b;
      into[c] = gain * light;
    }
  }

  #channel(c: 0 | 1 | 2, sample: number): number {
    return this.#tables ? (this.#tables[c]?.[sample] as number) : this.#encoding.curves[c](sample / this.#max);
  }
}

/** The curve that leaves what is below the knee and brings the peak to 1, with slope 1 at the knee. */
function compression(peak: number): Curve {
  if (peak <= 1) return (light) => light;
  const bend = 1 / (1 - KNEE) - 1 / (peak - KNEE);
  return (light) => KNEE + (light - KNEE) / (1 + (light - KNEE) * bend);
}

/**
 * The picture of samples that are sRGB already.
 *
 * @param max the sample that stands for 1.
 */
export function fromSamples(samples: Samples, channels: 3 | 4, width: number, max: number): Layered {
  if (max === 255 && !(samples instanceof Float32Array)) return planar(samples, channels, width);
  const clipped = (sample: number) => Math.min(255, Math.max(0, (sample * 255) / max));
  const levels = Float32Array.from(samples, (sample, i) =>
    i % channels === 3 ? alphaOf(sample, max) : clipped(sample),
  );
  return planar(levels, channels, width);
}

const alphaOf = (sample: number, max: number) => Math.round(Math.min(255, Math.max(0, (sample * 255) / max)));

function planar(levels: Samples, channels: 3 | 4, width: number): Layered {
  const height = levels.length / channels / width;
  return channels === 3 ? { picture: fromBytes(width, height, levels) } : fromRgba(width, height, levels);
}

/** By shares of 1 / (length - 1); between them the curve is straight. Most pictures are sRGB and need none. */
let srgbOfLight: Float64Array | undefined;

function srgbCurve(): Float64Array {
  return Float64Array.from({ length: 65_537 }, (_, i) => {
    const light = i / 65_536;
    return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
  });
}

function srgbOf(light: number): number {
  if (!(light > 0)) return 0;
  if (light >= 1) return 1;
  srgbOfLight ??= srgbCurve();
  const at = light * 65_536;
  const i = Math.floor(at);
  const from = srgbOfLight[i] as number;
  return from + (at - i) * ((srgbOfLight[i + 1] as number) - from);
}

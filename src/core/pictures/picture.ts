/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture in memory: planar RGB in floating point, so that nothing is lost between steps. */
export interface Picture extends Size {
  /** [3, height, width] row-major, R then G then B, sRGB values in 0..255 (may lie outside while painting). */
  readonly data: Float32Array;
}

/** A picture with its transparency kept apart. */
export interface Layered {
  readonly picture: Picture;
  /** [height, width], 0 transparent to 255 opaque; absent where all is opaque. */
  readonly alpha?: Uint8Array;
}

export function picture(
  width: number,
  height: number,
  data: Float32Array = new Float32Array(3 * width * height),
): Picture {
  if (data.length !== 3 * width * height) {
    throw new RangeError(`A ${width}x${height} picture holds ${3 * width * height} numbers, not ${data.length}.`);
  }
  return { width, height, data };
}

/**
 * Interleaved 8-bit RGB as image files have it: clipped to 0..255 and truncated (not rounded),
 * as the notebook's save_image does.
 */
export function toBytes({ width, height, data }: Picture): Uint8Array {
  const plane = width * height;
  const bytes = new Uint8Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane; i++) {
      bytes[3 * i + channel] = Math.min(255, Math.max(0, data[channel * plane + i] as number));
    }
  }
  return bytes;
}

/** The inverse of toBytes: planar floats from interleaved 8-bit RGB. */
export function fromBytes(width: number, height: number, bytes: Uint8Array): Picture {
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane; i++) data[channel * plane + i] = bytes[3 * i + channel] as number;
  }
  return picture(width, height, data);
}

/** Interleaved RGBA. Pixels that nobody can see become white, as the paper under a painting. */
export function fromRgba(width: number, height: number, bytes: Uint8Array | Uint8ClampedArray): Layered {
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  const alpha = new Uint8Array(plane);
  let opaque = true;
  for (let i = 0; i < plane; i++) {
    const a = bytes[4 * i + 3] as number;
    alpha[i] = a;
    if (a < 255) opaque = false;
    for (let c = 0; c < 3; c++) data[c * plane + i] = a === 0 ? 255 : (bytes[4 * i + c] as number);
  }
  return { picture: picture(width, height, data), ...(opaque ? {} : { alpha }) };
}

/**
 * Interleaved RGBA of a picture, clipped and truncated as toBytes does.
 *
 * @param alpha [height, width] in 0..255; opaque where left out.
 */
export function toRgba(source: Picture, alpha?: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const bytes = toBytes(source);
  const rgba = new Uint8ClampedArray(source.width * source.height * 4).fill(255);
  for (let i = 0, j = 0; j < bytes.length; i += 4) {
    rgba[i] = bytes[j++] as number;
    rgba[i + 1] = bytes[j++] as number;
    rgba[i + 2] = bytes[j++] as number;
    if (alpha) rgba[i + 3] = alpha[i / 4] as number;
  }
  return rgba;
}

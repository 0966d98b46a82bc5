/** IEEE 754 half precision (1 sign, 5 exponent, 10 fraction bits), which Node 20 has no array type for. */

const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/** The number that 16 bits stand for. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  bits[0] = ((half & 0x8000) << 16) | ((exponent + 112) << 23) | (fraction << 13);
  return number[0] as number;
}

/** The nearest half to a float32 number, ties to even; infinity where it is too large. */
export function toHalf(value: number): number {
  number[0] = value;
  const sign = ((bits[0] as number) >>> 16) & 0x8000;
  const magnitude = (bits[0] as number) & 0x7fffffff;
  if (magnitude > 0x7f800000) return 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Too small for a leading 1: a whole number of 2^-24.
    const units = Math.abs(value) * 2 ** 24;
    const below = Math.floor(units);
    const up = units - below > 0.5 || (units - below === 0.5 && below % 2 === 1);
    return sign | (up ? below + 1 : below);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

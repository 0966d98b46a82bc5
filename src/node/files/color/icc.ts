/**
 * ICC profiles of grey and of RGB by curves and a matrix, for the pictures that sharp does not convert, or less exactly
 * than they are stored: those of 16 bits, and floats. Source: ICC.1:2022.
 */
import type { ColorEncoding, Curve } from './encoding.js';
import { IDENTITY, type Matrix, multiply, XYZ_D50_TO_SRGB } from './primaries.js';

/** The encoding of a profile; undefined where it is none of these kinds, or broken. */
export function encodingOfProfile(icc: Uint8Array): ColorEncoding | undefined {
  try {
    return parsed(new DataView(icc.buffer, icc.byteOffset, icc.byteLength));
  } catch (error) {
    // An offset that leads outside.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function parsed(view: DataView): ColorEncoding | undefined {
  const text = (at: number) => String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
  const tags = new Map<string, number>();
  for (let i = 0; i < Math.min(200, view.getUint32(128)); i++) {
    tags.set(text(132 + 12 * i), view.getUint32(136 + 12 * i));
  }
  const curve = (tag: string) => {
    const at = tags.get(tag);
    return at === undefined ? undefined : curveAt(view, text(at), at);
  };
  if (text(16) === 'GRAY') {
    const stored = curve('kTRC');
    if (!stored) return undefined;
    const light: Curve = text(20) === 'Lab ' ? (v) => lightOf(stored(v)) : stored;
    return { curves: [light, light, light], toSrgb: IDENTITY };
  }
  // A table wins over curves, and is not read here.
  if (text(16) !== 'RGB ' || text(20) !== 'XYZ ' || tags.has('A2B0')) return undefined;
  const curves = [curve('rTRC'), curve('gTRC'), curve('bTRC')] as const;
  const columns = ['rXYZ', 'gXYZ', 'bXYZ'].map((tag) => tags.get(tag));
  const [r, g, b] = curves;
  if (!r || !g || !b || columns.includes(undefined)) return undefined;
  const matrix: Matrix = Array.from({ length: 9 }, (_, i) =>
    fixed(view, (columns[i % 3] as number) + 8 + 4 * Math.floor(i / 3)),
  );
  return { curves: [r, g, b], toSrgb: multiply(XYZ_D50_TO_SRGB, matrix) };
}

/** Y of an L* in 0..1. */
const lightOf = (lightness: number) => {
  const f = (100 * lightness + 16) / 116;
  return f > 6 / 29 ? f ** 3 : (f - 4 / 29) * (108 / 841);
};

/** s15Fixed16Number. */
const fixed = (view: DataView, at: number) => view.getInt32(at) / 65536;

function curveAt(view: DataView, type: string, at: number): Curve | undefined {
  if (type === 'para') return parametric(view, at);
  if (type !== 'curv') return undefined;
  const count = view.getUint32(at + 8);
  if (count === 0) return (v) => v;
  if (count === 1) {
    const gamma = view.getUint16(at + 12) / 256;
    return (v) => clamped(v) ** gamma;
  }
  if (count > 65_536) return undefined;
  const table = Float64Array.from({ length: count }, (_, i) => view.getUint16(at + 12 + 2 * i) / 65535);
  return (v) => {
    const position = clamped(v) * (count - 1);
    const i = Math.min(count - 2, Math.floor(position));
    const from = table[i] as number;
    return from + (position - i) * ((table[i + 1] as number) - from);
  };
}

const clamped = (v: number) => Math.min(1, Math.max(0, v));

/** parametricCurveType, functions 0 to 4. */
function parametric(view: DataView, at: number): Curve | undefined {
  const kind = view.getUint16(at + 8);
  const counts = [1, 3, 4, 5, 7];
  const p = Array.from({ length: counts[kind] ?? 0 }, (_, i) => fixed(view, at + 12 + 4 * i));
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = p;
  const power = (v: number) => Math.max(0, a * v + b) ** g;
  switch (kind) {
    case 0:
      return (v) => clamped(v) ** g;
    case 1:
      return (v) => (v >= -b / a ? power(v) : 0);
    case 2:
      return (v) => (v >= -b / a ? power(v) + c : c);
    case 3:
      return (v) => (v >= d ? power(v) : c * v);
    case 4:
      return (v) => (v >= d ? power(v) + e : c * v + f);
    default:
      return undefined;
  }
}

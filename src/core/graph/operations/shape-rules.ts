/** Checks of shapes that several operations share, each with its sentence. */
import { type Shape, showShape } from '../tensor.js';

/** The error of shapes that do not fit. */
export function mismatch(expected: string, name: string, ...received: readonly Shape[]): RangeError {
  const shapes = received.map(showShape).join(' and ');
  return new RangeError(
    `Expected ${expected} for ${name} but received shape${received.length > 1 ? 's' : ''} ${shapes}.`,
  );
}

/** A shape of four axes, such as [N, C, H, W]. */
export function four(shape: Shape, axes: string, name: string): [number, number, number, number] {
  if (shape.length !== 4) throw mismatch(axes, name, shape);
  return shape as unknown as [number, number, number, number];
}

/** A shape whose every extent is a whole number of at least 1. */
export function positive(shape: Shape, name: string): Shape {
  if (!shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
    throw mismatch('whole extents of at least 1', name, shape);
  }
  return shape;
}

/** The shape that two inputs have in common. */
export function same(a: Shape, b: Shape, name: string): Shape {
  if (String(a) !== String(b)) throw mismatch('equal shapes', name, a, b);
  return a;
}

/** A shape with at least so many axes. */
export function atLeast(count: number, shape: Shape, name: string): Shape {
  if (shape.length < count) throw mismatch(`at least ${count === 1 ? 'one axis' : 'two axes'}`, name, shape);
  return shape;
}

/** The shape to which numpy's rule repeats both. */
export function broadcast(a: Shape, b: Shape, name: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const m = a[axis - rank + a.length] ?? 1;
    const n = b[axis - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) throw mismatch('shapes that broadcast as in numpy', name, a, b);
    return Math.max(m, n);
  });
}

/** @throws RangeError unless numpy's rule repeats `small` to `large`. */
export function broadcastsTo(small: Shape, large: Shape, name: string): void {
  const fits =
    small.length <= large.length && small.every((m, i) => m === 1 || m === large[i - small.length + large.length]);
  if (!fits) throw mismatch('a shape that broadcasts to another', name, small, large);
}

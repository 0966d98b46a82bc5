/** Operations that cut tensors up, put them together and put margins around them. */
import type { Emitter, Value } from '../emitter.js';
import type { Node } from '../node.js';
import type { Shape } from '../tensor.js';
import { apply, type Operations } from './operation.js';
import { four, mismatch, positive } from './shape-rules.js';

export const PIECES: Operations<'slice' | 'pad' | 'concat' | 'edgePad' | 'edgeFold'> = {
  // Adjoint of pad.
  slice: {
    shape: ([x], { start, end }, name) => {
      const extents = x as Shape;
      const within = (axis: number) =>
        [start[axis], end[axis]].every(Number.isInteger) &&
        (start[axis] as number) >= 0 &&
        (start[axis] as number) < (end[axis] as number) &&
        (end[axis] as number) <= (extents[axis] as number);
      if (start.length !== extents.length || !extents.every((_, axis) => within(axis))) {
        const ranges = start.map((from, axis) => `${from}..${end[axis]}`).join(', ');
        throw mismatch(`a shape that holds elements ${ranges}`, name, extents);
      }
      return extents.map((_, axis) => (end[axis] as number) - (start[axis] as number));
    },
    emit: (emitter, [x], { start, end }) => emitter.slice(x as Value, start, end),
    gradient: (dy, { inputs, attributes: { start, end } }) => {
      const { shape } = inputs[0] as Node;
      return pad(
        dy,
        shape.map((extent, axis) => [start[axis] as number, extent - (end[axis] as number)] as const),
      );
    },
  },

  // Adjoint of slice.
  pad: {
    shape: ([x], { before, after }, name) => {
      const extents = x as Shape;
      const zeros = [...before, ...after];
      if (before.length !== extents.length || !zeros.every((count) => Number.isInteger(count) && count >= 0)) {
        const pairs = before.map((count, axis) => `[${count}, ${after[axis]}]`).join(' ');
        throw mismatch(`zeros for each axis, not ${pairs || 'none'},`, name, extents);
      }
      return extents.map((extent, axis) => extent + (before[axis] as number) + (after[axis] as number));
    },
    emit: (emitter, [x], { before, after }) => emitter.pad(x as Value, before, after),
    gradient: (dy, { inputs, attributes: { before } }) => {
      const { shape } = inputs[0] as Node;
      return slice(
        dy,
        shape.map((extent, axis) => [before[axis] as number, (before[axis] as number) + extent] as const),
      );
    },
  },

  concat: {
    shape: (shapes, { axis }, name) => {
      const [first] = shapes;
      if (!first) throw new RangeError('Expected at least one part for concat but received none.');
      const others = (shape: Shape) => String(shape.map((extent, i) => (i === axis ? 0 : extent)));
      const fits = shapes.every((shape) => axis in shape && others(shape) === others(first));
      if (!fits) throw mismatch(`shapes that differ in axis ${axis} alone`, name, ...shapes);
      const extent = shapes.reduce((total, shape) => total + (shape[axis] as number), 0);
      return first.map((own, i) => (i === axis ? extent : own));
    },
    emit: (emitter, inputs, { axis }, shape) => emitter.concat(inputs, axis, shape),
    gradient: (dy, { inputs, attributes: { axis } }, index) => {
      const extent = (node: Node) => node.shape[axis] as number;
      const start = inputs.slice(0, index).reduce((total, node) => total + extent(node), 0);
      const range = [start, start + extent(inputs[index] as Node)] as const;
      return slice(
        dy,
        dy.shape.map((_, i) => (i === axis ? range : null)),
      );
    },
  },

  edgePad: {
    shape: ([x], _, name) => {
      const [n, c, height, width] = four(x as Shape, 'features [N, C, H, W]', name);
      return [n, c, height + 2, width + 2];
    },
    emit: (emitter, [x], _, shape) =>
      emitter.apply('Pad', [x as Value, emitter.integers([0, 0, 1, 1, 0, 0, 1, 1])], shape, { mode: 'edge' }),
    gradient: (dy) => edgeFold(dy),
  },

  // Adjoint of edgePad.
  edgeFold: {
    shape: ([y], _, name) => {
      const [n, c, height, width] = four(y as Shape, 'features [N, C, H + 2, W + 2]', name);
      return positive([n, c, height - 2, width - 2], name);
    },
    emit: (emitter, [y]) => foldEdges(emitter, foldEdges(emitter, y as Value, 2), 3),
    gradient: (dx) => edgePad(dx),
  },
};

/** Of one axis the elements from the first number up to, and without, the second; null for all of them. */
export type Range = readonly [start: number, end: number] | null;

/**
 * A part of x: `slice(x, [null, null, [8, 40], [0, 32]])` of [1, 3, 48, 48] is [1, 3, 32, 32].
 *
 * @param ranges one per axis.
 */
export function slice(x: Node, ranges: readonly Range[]): Node {
  const start = ranges.map((range) => range?.[0] ?? 0);
  const end = ranges.map((range, axis) => range?.[1] ?? (x.shape[axis] as number));
  return apply(PIECES, 'slice', [x], { start, end });
}

/**
 * x with zeros around it: `pad(x, [null, null, [1, 1], [0, 2]])` of [1, 3, 4, 4] is [1, 3, 6, 6].
 *
 * @param zeros one pair per axis: how many before and after; null for none.
 */
export function pad(x: Node, zeros: readonly (readonly [before: number, after: number] | null)[]): Node {
  const before = zeros.map((pair) => pair?.[0] ?? 0);
  const after = zeros.map((pair) => pair?.[1] ?? 0);
  return apply(PIECES, 'pad', [x], { before, after });
}

/** Parts one after the other along an axis: [2, 3] and [2, 5] along axis 1 to [2, 8]. */
export const concat = (parts: readonly Node[], axis: number): Node => apply(PIECES, 'concat', parts, { axis });

/** x with its outermost rows and columns repeated once: [N, C, H, W] -> [N, C, H + 2, W + 2]. */
export const edgePad = (x: Node): Node => apply(PIECES, 'edgePad', [x], {});

/**
 * Adjoint of edgePad: the outermost rows and columns are added to their neighbours and left out, [N, C, H + 2, W + 2] ->
 * [N, C, H, W].
 */
export const edgeFold = (y: Node): Node => apply(PIECES, 'edgeFold', [y], {});

/** Along one axis: the first element added to the second, the last to the last but one, both then left out. */
function foldEdges(emitter: Emitter, y: Value, axis: number): Value {
  const inner = (y.shape[axis] as number) - 2;
  const from = (start: number, end: number) => emitter.sliceAxis(y, axis, start, end);
  const plus = (a: Value, b: Value) => emitter.apply('Add', [a, b], a.shape);
  const first = plus(from(1, 2), from(0, 1));
  const beyond = from(inner + 1, inner + 2);
  if (inner === 1) return plus(first, beyond);
  const last = plus(from(inner, inner + 1), beyond);
  const middle = inner > 2 ? [from(2, inner)] : [];
  const shape = y.shape.map((extent, i) => (i === axis ? inner : extent));
  return emitter.concat([first, ...middle, last], axis, shape);
}

/** Operations along the last axis that depend on the order of its elements. */
import type { Value } from '../emitter.js';
import type { Node } from '../node.js';
import { INT64 } from '../onnx.js';
import { type Shape, scalar } from '../tensor.js';
import { apply, type Operations } from './operation.js';
import { atLeast, mismatch, same } from './shape-rules.js';

export const ORDERING: Operations<'sortBy' | 'unsortBy' | 'cumulativeSum' | 'lookUp'> = {
  sortBy: {
    shape: ([key, x], _, name) => same(atLeast(1, key as Shape, name), x as Shape, name),
    emit: (emitter, [key, x], _, shape) =>
      emitter.apply('GatherElements', [x as Value, emitter.order(key as Value)], shape, { axis: -1 }),
    gradient: (dy, { inputs }, index) => (index === 1 ? unsortBy(inputs[0] as Node, dy) : undefined),
  },

  unsortBy: {
    shape: ([key, y], _, name) => same(atLeast(1, key as Shape, name), y as Shape, name),
    emit: (emitter, [key, y], _, shape) =>
      emitter.apply('ScatterElements', [y as Value, emitter.order(key as Value), y as Value], shape, { axis: -1 }),
    gradient: (dx, { inputs }, index) => (index === 1 ? sortBy(inputs[0] as Node, dx) : undefined),
  },

  cumulativeSum: {
    shape: ([x], _, name) => atLeast(1, x as Shape, name),
    emit: (emitter, [x], { reverse }, shape) =>
      emitter.apply('CumSum', [x as Value, emitter.integers([-1])], shape, { reverse: reverse ? 1 : 0 }),
    gradient: (dy, { attributes: { reverse } }) => cumulativeSum(dy, { reverse: !reverse }),
  },

  // Tables are targets, and places are where sorting puts something: no gradient flows to either.
  lookUp: {
    shape: ([table, at], _, name) => {
      const [rows, places] = [table, at].map((shape) => atLeast(1, shape as Shape, name).slice(0, -1));
      if (String(rows) !== String(places)) {
        throw mismatch('a table [..., K] and places [..., N] of equal leading axes', name, table as Shape, at as Shape);
      }
      return at as Shape;
    },
    emit: (emitter, inputs, _, shape) => {
      const [table, at] = inputs as [Value, Value];
      const count = table.shape.at(-1) as number;
      const number = (value: number) => emitter.constant(scalar(value));
      const compute = (operator: string, ...of: readonly Value[]) => emitter.apply(operator, of, shape, {});
      const element = (place: Value) =>
        emitter.apply('GatherElements', [table, emitter.apply('Cast', [place], shape, { to: INT64 })], shape, {
          axis: -1,
        });
      const past = compute('Max', compute('Sub', compute('Mul', at, number(count)), number(0.5)), number(0));
      const place = compute('Min', past, number(count - 1));
      const below = compute('Floor', place);
      const above = compute('Min', compute('Add', below, number(1)), number(count - 1));
      const rise = compute('Sub', element(above), element(below));
      return compute('Add', element(below), compute('Mul', rise, compute('Sub', place, below)));
    },
    gradient: () => undefined,
  },
};

/**
 * The elements of each row of x in the order in which those of `key` ascend; both of one shape [..., N]. No gradient
 * flows to the key.
 */
export const sortBy = (key: Node, x: Node): Node => apply(ORDERING, 'sortBy', [key, x], {});

/** Inverse of sortBy: puts elements of y [..., N] back to where sortBy took them. */
export const unsortBy = (key: Node, y: Node): Node => apply(ORDERING, 'unsortBy', [key, y], {});

/** The elements of each row of x [..., N], ascending. */
export const sort = (x: Node): Node => sortBy(x, x);

/** Sums along the last axis of x [..., N] up to and with each element; with `reverse`, from each element on. */
export const cumulativeSum = (x: Node, { reverse = false } = {}): Node =>
  apply(ORDERING, 'cumulativeSum', [x], { reverse });

/**
 * Each row of `table` [..., K] read at shares of its length, `at` [..., N] from 0 to 1: [..., N]. A row's elements stand
 * at the middles of K equal parts; between them it is read linearly. No gradient flows through it.
 */
export const lookUp = (table: Node, at: Node): Node => apply(ORDERING, 'lookUp', [table, at], {});

/** Pools over cells of 2x2 at stride 2, and their adjoint. An odd last row or column makes smaller cells. */
import type { Value } from '../emitter.js';
import type { Node } from '../node.js';
import { type Shape, type Tensor, tensor } from '../tensor.js';
import { divide, equal, multiply } from './elementwise.js';
import { constant } from './leaves.js';
import { apply, type Operation, type Operations } from './operation.js';
import { four, mismatch } from './shape-rules.js';

const FEATURES = 'features [N, C, H, W]';

const pooledShape: Operation<unknown>['shape'] = ([x], _, name) => {
  four(x as Shape, FEATURES, name);
  return pooled(x as Shape);
};

export const POOLING: Operations<'sumPool' | 'averagePool' | 'maxPool' | 'upsample'> = {
  sumPool: {
    shape: pooledShape,
    emit: (emitter, [x], _, shape) => {
      const mean = emitter.apply('AveragePool', [x as Value], shape, {
        ...poolAttributes(x as Value),
        count_include_pad: 1,
      });
      return emitter.apply('Mul', [mean, emitter.constant(tensor([], Float32Array.of(4)))], shape);
    },
    gradient: (dy, { inputs }) => upsample(dy, (inputs[0] as Node).shape),
  },

  averagePool: {
    shape: pooledShape,
    emit: (emitter, [x], _, shape) => emitter.apply('AveragePool', [x as Value], shape, poolAttributes(x as Value)),
    gradient: (dy, { inputs }) => {
      const [x] = inputs as [Node];
      return upsample(multiply(dy, constant(cellShares(x.shape))), x.shape);
    },
  },

  maxPool: {
    shape: pooledShape,
    emit: (emitter, [x], _, shape) => emitter.apply('MaxPool', [x as Value], shape, poolAttributes(x as Value)),
    gradient: (dy, node) => {
      const [x] = node.inputs as [Node];
      const largest = equal(x, upsample(node, x.shape));
      const each = divide(multiply(dy, constant(cellShares(x.shape))), averagePool(largest));
      return multiply(largest, upsample(each, x.shape));
    },
  },

  // Adjoint of sumPool.
  upsample: {
    shape: ([x], { height, width }, name) => {
      const [n, c] = four(x as Shape, FEATURES, name);
      const shape = [n, c, height, width];
      if (String(pooled(shape)) !== String(x)) {
        throw mismatch(`features [N, C, ${Math.ceil(height / 2)}, ${Math.ceil(width / 2)}]`, name, x as Shape);
      }
      return shape;
    },
    emit: (emitter, [input], _, shape) => {
      const x = input as Value;
      const [n, c, h, w] = x.shape as Four;
      const scales = emitter.constant(tensor([4], Float32Array.of(1, 1, 2, 2)));
      // The second input, a region of interest, is left out.
      const repeated = emitter.apply('Resize', [x, emitter.absent, scales], [n, c, 2 * h, 2 * w], {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      });
      return emitter.crop(repeated, shape);
    },
    gradient: (dy) => sumPool(dy),
  },
};

/** Sums of cells: [N, C, H, W] -> [N, C, ceil(H / 2), ceil(W / 2)]. */
export const sumPool = (x: Node): Node => apply(POOLING, 'sumPool', [x], {});

/** Means of cells, over the elements that are there: [N, C, H, W] -> [N, C, ceil(H / 2), ceil(W / 2)]. */
export const averagePool = (x: Node): Node => apply(POOLING, 'averagePool', [x], {});

/**
 * Maxima of cells: [N, C, H, W] -> [N, C, ceil(H / 2), ceil(W / 2)]. Where several elements of a cell are the largest,
 * they share the gradient: otherwise flat areas would count up to four times.
 */
export const maxPool = (x: Node): Node => apply(POOLING, 'maxPool', [x], {});

/**
 * Every element repeated over its cell, cropped to the last two extents of `shape`: [N, C, ceil(H / 2), ceil(W / 2)] ->
 * [N, C, H, W].
 */
export const upsample = (x: Node, shape: Shape): Node => {
  const [, , height, width] = four(shape, 'a shape [N, C, H, W]', 'upsample');
  return apply(POOLING, 'upsample', [x], { height, width });
};

type Four = readonly [number, number, number, number];

function pooled(shape: Shape): Shape {
  const [n, c, height, width] = shape as Four;
  return [n, c, Math.ceil(height / 2), Math.ceil(width / 2)];
}

function poolAttributes(x: Value) {
  const [, , height, width] = x.shape as Four;
  return { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, height % 2, width % 2] };
}

/** [1, 1, H', W'], or a scalar where all cells have four: one over the number of elements in each cell. */
function cellShares(shape: Shape): Tensor {
  const [, , height, width] = shape as Four;
  if (height % 2 === 0 && width % 2 === 0) return tensor([], Float32Array.of(1 / 4));
  const [, , rows, columns] = pooled(shape) as Four;
  const data = Float32Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    const column = i % columns;
    return 1 / (Math.min(2, height - 2 * row) * Math.min(2, width - 2 * column));
  });
  return tensor([1, 1, rows, columns], data);
}

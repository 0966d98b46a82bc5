/**
 * The three faces of one trilinear form T(x, w, y) = <convolution(x, w), y>: each is T's derivative with respect to one
 * argument, and so each one's gradients are the other two.
 */
import type { Value } from '../emitter.js';
import type { Node } from '../node.js';
import type { Shape } from '../tensor.js';
import { emitConvolution, emitConvolutionInputGradient, emitConvolutionWeightGradient } from './convolution-onnx.js';
import { reshape, sumTo } from './layout.js';
import { apply, type Operations } from './operation.js';
import { four, mismatch, positive } from './shape-rules.js';

const FEATURES = 'features [N, C, H, W]';
const KERNEL = 'a kernel [K, C, kH, kW]';
const OUTPUT = "a gradient [N, K, H', W']";

export const CONVOLUTIONS: Operations<'convolution' | 'convolutionInputGradient' | 'convolutionWeightGradient'> = {
  convolution: {
    shape: ([x, w, bias], { padding }, name) => {
      const [n, c, height, width] = four(x as Shape, FEATURES, name);
      const [k, c2, kernelHeight, kernelWidth] = four(w as Shape, KERNEL, name);
      if (c !== c2) throw mismatch(`${FEATURES} and ${KERNEL} of equal C`, name, x as Shape, w as Shape);
      if (bias && String(bias) !== String([k])) throw mismatch(`a bias [${k}]`, name, bias);
      const [rows, columns] = [height + 2 * padding - kernelHeight + 1, width + 2 * padding - kernelWidth + 1];
      if (rows < 1 || columns < 1) {
        const kernel = `a kernel of ${kernelHeight}x${kernelWidth}`;
        throw mismatch(`features that ${kernel} fits into, with padding ${padding},`, name, x as Shape);
      }
      return [n, k, rows, columns];
    },
    emit: (emitter, [x, w, bias], { padding }, shape) =>
      emitConvolution(emitter, x as Value, w as Value, bias, padding, shape),
    gradient: (dy, { inputs, attributes: { padding } }, index) => {
      const [x, w, bias] = inputs as [Node, Node, Node?];
      if (index === 0) return convolutionInputGradient(dy, w, padding);
      if (index === 1) return convolutionWeightGradient(x, dy, padding);
      return reshape(sumTo(dy, [1, w.shape[0] as number, 1, 1]), (bias as Node).shape);
    },
  },

  convolutionInputGradient: {
    shape: ([y, w], { padding }, name) => {
      const [n, k, height, width] = four(y as Shape, OUTPUT, name);
      const [k2, c, kernelHeight, kernelWidth] = four(w as Shape, KERNEL, name);
      if (k !== k2) throw mismatch(`${OUTPUT} and ${KERNEL} of equal K`, name, y as Shape, w as Shape);
      return positive([n, c, height - 2 * padding + kernelHeight - 1, width - 2 * padding + kernelWidth - 1], name);
    },
    emit: (emitter, [y, w], { padding }, shape) =>
      emitConvolutionInputGradient(emitter, y as Value, w as Value, padding, shape),
    gradient: (dx, { inputs, attributes: { padding } }, index) => {
      const [y, w] = inputs as [Node, Node];
      return index === 0 ? convolution(dx, w, padding) : convolutionWeightGradient(dx, y, padding);
    },
  },

  convolutionWeightGradient: {
    shape: ([x, y], { padding }, name) => {
      const [n, c, height, width] = four(x as Shape, FEATURES, name);
      const [n2, k, outHeight, outWidth] = four(y as Shape, OUTPUT, name);
      if (n !== n2) throw mismatch(`${FEATURES} and ${OUTPUT} of equal N`, name, x as Shape, y as Shape);
      return positive([k, c, height + 2 * padding - outHeight + 1, width + 2 * padding - outWidth + 1], name);
    },
    emit: (emitter, [x, y], { padding }, shape) =>
      emitConvolutionWeightGradient(emitter, x as Value, y as Value, padding, shape),
    gradient: (dw, { inputs, attributes: { padding } }, index) => {
      const [x, y] = inputs as [Node, Node];
      return index === 0 ? convolutionInputGradient(y, dw, padding) : convolution(x, dw, padding);
    },
  },
};

/**
 * Cross-correlation of stride 1: x [N, C, H, W], w [K, C, kH, kW] and bias [K] to [N, K, H', W'], where
 * H' = H + 2 * padding - kH + 1.
 *
 * @param padding zeros on every side of x, in elements.
 */
export const convolution = (x: Node, w: Node, padding: number, bias?: Node): Node =>
  apply(CONVOLUTIONS, 'convolution', bias ? [x, w, bias] : [x, w], { padding });

/** Gradient of convolution with respect to x: y [N, K, H', W'], w [K, C, kH, kW] -> [N, C, H, W]. */
export const convolutionInputGradient = (y: Node, w: Node, padding: number): Node =>
  apply(CONVOLUTIONS, 'convolutionInputGradient', [y, w], { padding });

/** Gradient of convolution with respect to w: x [N, C, H, W], y [N, K, H', W'] -> [K, C, kH, kW]. */
export const convolutionWeightGradient = (x: Node, y: Node, padding: number): Node =>
  apply(CONVOLUTIONS, 'convolutionWeightGradient', [x, y], { padding });

/** Operations that compute each element by itself. Those of two inputs broadcast as numpy does. */
import type { Value } from '../emitter.js';
import type { Attributes, Node } from '../node.js';
import type { Shape } from '../tensor.js';
import { expand, reshape, sumTo } from './layout.js';
import { constant } from './leaves.js';
import { apply, type Operation, type Operations } from './operation.js';
import { broadcast, same } from './shape-rules.js';

/** An operation of one input, written as one ONNX operator. */
function unary(operator: string, rule: (dy: Node, x: Node, y: Node) => Node): Operation<Attributes['relu']> {
  return {
    shape: ([x]) => x as Shape,
    emit: (emitter, inputs, _, shape) => emitter.apply(operator, inputs, shape),
    gradient: (dy, node) => rule(dy, node.inputs[0] as Node, node),
  };
}

/** An operation of two inputs, written as one ONNX operator, with a rule for the gradient of each. */
function binary(
  operator: string,
  rules: readonly ((dy: Node, a: Node, b: Node) => Node)[],
): Operation<Attributes['add']> {
  return {
    shape: ([a, b], _, name) => broadcast(a as Shape, b as Shape, name),
    emit: (emitter, inputs, _, shape) => emitter.apply(operator, inputs, shape),
    gradient: (dy, { inputs }, index) => {
      const [a, b] = inputs as [Node, Node];
      return sumTo((rules[index] as (typeof rules)[number])(dy, a, b), (inputs[index] as Node).shape);
    },
  };
}

const PRODUCT = binary('Mul', [(dy, _, b) => multiply(dy, b), (dy, a) => multiply(dy, a)]);

export const ELEMENTWISE: Operations<
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'maximum'
  | 'squareRoot'
  | 'exponential'
  | 'logarithm'
  | 'absolute'
  | 'relu'
  | 'gate'
  | 'equal'
  | 'detach'
> = {
  add: binary('Add', [(dy) => dy, (dy) => dy]),
  subtract: binary('Sub', [(dy) => dy, (dy) => negate(dy)]),
  multiply: {
    ...PRODUCT,
    // 2 dy x of a square, where the sum of both sides' gradients would take a pass over all elements.
    gradient: (dy, node, index) => {
      const [a, b] = node.inputs as [Node, Node];
      if (a !== b) return PRODUCT.gradient(dy, node, index);
      return index === 0 ? multiply(scale(dy, 2), a) : undefined;
    },
  },
  divide: binary('Div', [(dy, _, b) => divide(dy, b), (dy, a, b) => negate(divide(multiply(dy, a), multiply(b, b)))]),
  // dy * (1 + sign(a - b)) / 2 for a: all to the larger, half to each of two that are equal.
  maximum: binary('Max', [
    (dy, a, b) => scale(add(dy, timesSign(subtract(a, b), dy)), 0.5),
    (dy, a, b) => scale(subtract(dy, timesSign(subtract(a, b), dy)), 0.5),
  ]),

  squareRoot: unary('Sqrt', (dy, _, y) => divide(multiply(dy, constant(0.5)), y)),
  exponential: unary('Exp', (dy, _, y) => multiply(dy, y)),
  logarithm: unary('Log', (dy, x) => divide(dy, x)),
  absolute: unary('Abs', (dy, x) => timesSign(x, dy)),
  relu: unary('Relu', (dy, _, y) => gate(y, dy)),

  gate: {
    shape: ([mask, x], _, name) => same(mask as Shape, x as Shape, name),
    emit: (emitter, [mask, x], _, shape) => {
      // 1 where mask > 0, else 0: min(1, max(0, alpha * mask)) runs on all cores, where Greater and Where do not.
      const open = emitter.apply('HardSigmoid', [mask as Value], shape, { alpha: { float: 1e30 }, beta: { float: 0 } });
      return emitter.apply('Mul', [x as Value, open], shape);
    },
    gradient: (dy, { inputs }, index) => (index === 1 ? gate(inputs[0] as Node, dy) : undefined),
  },

  equal: {
    shape: ([a, b], _, name) => same(a as Shape, b as Shape, name),
    emit: (emitter, inputs, _, shape) => {
      // As in gate: Equal and Where run on one core.
      const apart = emitter.apply('Abs', [emitter.apply('Sub', inputs, shape)], shape);
      return emitter.apply('HardSigmoid', [apart], shape, { alpha: { float: -1e30 }, beta: { float: 1 } });
    },
    gradient: () => undefined,
  },

  detach: {
    shape: ([x]) => x as Shape,
    emit: (_, [x]) => x as Value,
    gradient: () => undefined,
  },
};

/** a and b, without repeating one of them along axes that the other has: the operation repeats as it goes. */
function unrepeated(a: Node, b: Node): Node[] {
  const repeats = (x: Node) => x.operation === 'expand' && String(a.shape) === String(b.shape);
  if (repeats(a)) return [a.inputs[0] as Node, b];
  return [a, repeats(b) ? (b.inputs[0] as Node) : b];
}

/** a + b; shapes broadcast as in numpy, such as [2, 3, 4] and [3, 1] to [2, 3, 4]. */
export const add = (a: Node, b: Node): Node => apply(ELEMENTWISE, 'add', unrepeated(a, b), {});

/** a - b; shapes broadcast. */
export const subtract = (a: Node, b: Node): Node => apply(ELEMENTWISE, 'subtract', unrepeated(a, b), {});

/** a * b, element by element; shapes broadcast. */
export const multiply = (a: Node, b: Node): Node => apply(ELEMENTWISE, 'multiply', unrepeated(a, b), {});

/** a / b; shapes broadcast. Where b is the number 1, a itself. */
export const divide = (a: Node, b: Node): Node =>
  numberOf(b) === 1 && b.shape.length <= a.shape.length ? a : apply(ELEMENTWISE, 'divide', unrepeated(a, b), {});

/**
 * x times a number known when the graph is built. Of a value that is repeated, reshaped or multiplied by another such
 * number, what is small is multiplied.
 */
export function scale(x: Node, factor: number): Node {
  const [inner, by] = x.inputs as [Node, Node?];
  if (x.operation === 'expand') return expand(scale(inner, factor), x.shape);
  if (x.operation === 'reshape') return reshape(scale(inner, factor), x.shape);
  const number = x.operation === 'multiply' && by && by.shape.length <= inner.shape.length ? numberOf(by) : undefined;
  return number === undefined ? multiply(x, constant(factor)) : multiply(inner, constant(factor * number));
}

/** The number that a constant of one element is; undefined for other nodes. */
function numberOf({ operation, attributes }: Node): number | undefined {
  if (operation !== 'constant') return undefined;
  const { data } = (attributes as Attributes['constant']).value;
  return data.length === 1 ? data[0] : undefined;
}

/** -x. */
export const negate = (x: Node): Node => scale(x, -1);

/** The larger of a and b; shapes broadcast. Where they are equal, each receives half of the gradient. */
export const maximum = (a: Node, b: Node): Node => apply(ELEMENTWISE, 'maximum', unrepeated(a, b), {});

/** The smaller of a and b; shapes broadcast. Where they are equal, each receives half of the gradient. */
export const minimum = (a: Node, b: Node): Node => negate(maximum(negate(a), negate(b)));

/** x confined to low..high, numbers known when the graph is built. No gradient flows from what lies outside. */
export const clip = (x: Node, low: number, high: number): Node => {
  if (!(low <= high)) throw new RangeError(`Expected low <= high for clip but received ${low} and ${high}.`);
  return minimum(maximum(x, constant(low)), constant(high));
};

/** Square root of x >= 0. Its gradient at 0 is infinite. */
export const squareRoot = (x: Node): Node => apply(ELEMENTWISE, 'squareRoot', [x], {});

/** e to the power of x. */
export const exponential = (x: Node): Node => apply(ELEMENTWISE, 'exponential', [x], {});

/** Natural logarithm of x > 0. A power x^p is `exponential(scale(logarithm(x), p))`. */
export const logarithm = (x: Node): Node => apply(ELEMENTWISE, 'logarithm', [x], {});

/** |x|; its gradient at 0 is 0. */
export const absolute = (x: Node): Node => apply(ELEMENTWISE, 'absolute', [x], {});

/** max(x, 0); its gradient at 0 is 0. */
export const relu = (x: Node): Node => apply(ELEMENTWISE, 'relu', [x], {});

/** x where mask > 0, else 0; both of one shape. No gradient flows to the mask. */
export const gate = (mask: Node, x: Node): Node => apply(ELEMENTWISE, 'gate', [mask, x], {});

/** 1 where a equals b, else 0; both of one shape. No gradient flows through it. */
export const equal = (a: Node, b: Node): Node => apply(ELEMENTWISE, 'equal', [a, b], {});

/** x, through which no gradient flows. */
export const detach = (x: Node): Node => apply(ELEMENTWISE, 'detach', [x], {});

/** sign(x) * y of one shape, where sign(0) is 0. */
const timesSign = (x: Node, y: Node): Node => subtract(gate(x, y), gate(negate(x), y));

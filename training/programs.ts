/** The three graphs of training, each for square pictures of one size and one way to pool. */
import type { Engine } from '#dist/core/graph/engine.js';
import { gradients } from '#dist/core/graph/gradient.js';
import type { Node } from '#dist/core/graph/node.js';
import { add, constant, divide, gram, input, multiply, scale, subtract, sum } from '#dist/core/graph/operations.js';
import { Program } from '#dist/core/graph/program.js';
import { scalar } from '#dist/core/graph/tensor.js';
import { features } from '#dist/core/networks/features.js';
import type { Network } from '#dist/core/networks/network.js';
import { PRESETS } from '#dist/core/options/options.js';
import { channelsOf, decodedFeatures, flat, type Pooling, parameterInputs, type Student } from './student.js';

/**
 * Weights of the taps' errors. With the notebook's weights nine tenths of a painting's cost are conv4_1's, a tenth
 * conv2_1's and conv3_1's; conv1_1 and conv5_1 hardly count.
 */
const TAP_WEIGHTS: Readonly<Record<string, number>> = { conv1_1: 0.5, conv4_1: 3, conv5_1: 0.4 };
/** Weight of the Gram errors beside the feature errors. */
const GRAM_SHARE = 1;
/** A flat picture's power counts as at least this share of the mean power, lest its errors outweigh all others. */
const LEAST_POWER = 0.2;

const squared = (x: Node) => multiply(x, x);
const meanGramOf = (x: Node) => scale(gram(x), 1 / (x.shape[1] as number));
const { alpha, beta, contentLayers, styleLayers } = PRESETS.notebook;

/** Mean square of a value of the teacher's features at every tap, over many pictures. */
export type Powers = Readonly<Record<string, number>>;

/**
 * Errors of the student on a picture, and their gradient.
 *
 * Inputs besides the student's parameters: `picture`; per tap `<tap>.offset` [T, T] and `<tap>.scale`, a scalar;
 * `plain`, a scalar. On an ordinary picture offsets and scales are 0 and plain is 1: Gram errors are relative to the
 * teacher's Gram matrix. On a painting in progress the offset is the student's error of its style's Gram matrix, and
 * the scale the squared difference of the teacher's Gram matrices of photo and style: what counts is how well the
 * *difference* between painting and style is seen, which the painting lives on, as a share of the whole way.
 *
 * Outputs: `cost`; per tap `<tap>.error`, `<tap>.gramError` and the teacher's `<tap>.gram`; `gradient.<parameter>`.
 */
export function trainingProgram(
  engine: Engine,
  teacher: Network,
  student: Student,
  powers: Powers,
  sizePx: number,
  pooling: Pooling,
): Promise<Program> {
  const picture = input('picture', [1, 3, sizePx, sizePx]);
  const parameters = parameterInputs(student);
  const plain = input('plain', []);
  const wanted = features(picture, teacher, student.taps, { ...PRESETS.notebook, pooling });
  const decoded = decodedFeatures(picture, student, parameters, pooling);
  const outputs: Record<string, Node> = {};
  const costs = student.taps.map((tap) => {
    const [t, f] = [flat(wanted[tap] as Node), decoded[tap] as Node];
    const [channels, positions] = t.shape as readonly [number, number];
    const least = constant(scalar(LEAST_POWER * (powers[tap] as number) * channels * positions));
    const error = divide(sum(squared(subtract(f, t))), add(sum(squared(t)), least));
    const [gramT, gramF] = [meanGramOf(t), meanGramOf(f)];
    const offset = input(`${tap}.offset`, gramT.shape);
    const leastGram = constant(scalar((LEAST_POWER * (powers[tap] as number) * channels) ** 2 / channels));
    const scaleOfErrors = add(input(`${tap}.scale`, []), multiply(plain, add(sum(squared(gramT)), leastGram)));
    const gramError = divide(sum(squared(subtract(subtract(gramF, gramT), offset))), scaleOfErrors);
    outputs[`${tap}.error`] = error;
    outputs[`${tap}.gramError`] = gramError;
    outputs[`${tap}.gram`] = gramT;
    return scale(add(error, scale(gramError, GRAM_SHARE)), TAP_WEIGHTS[tap] ?? 1);
  });
  const cost = costs.reduce((a, b) => add(a, b));
  outputs.cost = cost;
  const names = Object.keys(parameters);
  gradients(cost, Object.values(parameters)).forEach((gradient, i) => {
    outputs[`gradient.${names[i]}`] = gradient;
  });
  return Program.load(engine, outputs, teacher.tensors);
}

/** What the student sees of a `picture`: per tap `<tap>.gram`, and `<layer>.content` of every content layer. */
export function viewProgram(engine: Engine, student: Student, sizePx: number, pooling: Pooling): Promise<Program> {
  const picture = input('picture', [1, 3, sizePx, sizePx]);
  const decoded = decodedFeatures(picture, student, parameterInputs(student), pooling);
  const outputs: Record<string, Node> = {};
  for (const tap of student.taps) outputs[`${tap}.gram`] = meanGramOf(decoded[tap] as Node);
  for (const layer of Object.keys(contentLayers)) {
    if (decoded[layer]) outputs[`${layer}.content`] = decoded[layer];
  }
  return Program.load(engine, outputs);
}

/**
 * The notebook's total cost of a `picture` in the student's eyes, and its `gradient` with respect to the picture.
 * Inputs besides the parameters: `<layer>.content` and `<layer>.gram`, as viewProgram gives them of the photo and
 * of the style.
 */
export function paintingProgram(
  engine: Engine,
  teacher: Network,
  student: Student,
  sizePx: number,
  pooling: Pooling,
): Promise<Program> {
  const picture = input('picture', [1, 3, sizePx, sizePx]);
  const decoded = decodedFeatures(picture, student, parameterInputs(student), pooling);
  const weighted = (layers: Readonly<Record<string, number>>, cost: (f: Node, layer: string) => Node) =>
    Object.entries(layers)
      .filter(([layer]) => decoded[layer])
      .map(([layer, weight]) => scale(cost(decoded[layer] as Node, layer), weight));
  const content = weighted(contentLayers, (f, layer) => {
    const [channels, positions] = f.shape as readonly [number, number];
    return scale(sum(squared(subtract(f, input(`${layer}.content`, f.shape)))), alpha / (4 * channels * positions));
  });
  const style = weighted(styleLayers, (f, layer) => {
    const own = meanGramOf(f);
    const channels = channelsOf(teacher, layer);
    return scale(sum(squared(subtract(own, input(`${layer}.gram`, own.shape)))), beta / (4 * channels ** 2));
  });
  const total = [...content, ...style].reduce((a, b) => add(a, b));
  const [gradient] = gradients(total, [picture]) as [Node];
  return Program.load(engine, { total, gradient });
}

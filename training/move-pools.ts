/**
 * A student some of whose pools stand earlier than those of the one that it is made of. Layer by layer, each convolution
 * is fitted by least squares over pictures, under means and maxima at once, as it reads what the fitted layers before it
 * make of them. Behind a pool that was behind the layer itself it predicts the source's features pooled, elsewhere the
 * source's sums before their ReLU. Costs are taken of layers that stay where they are, so these see what they saw.
 */
import type { Engine } from '#dist/core/graph/engine.js';
import type { Node } from '#dist/core/graph/node.js';
import { add, concat, constant, gram, input, matmul, pad, reshape, slice } from '#dist/core/graph/operations.js';
import { Program } from '#dist/core/graph/program.js';
import { type Tensor, type Tensors, tensor } from '#dist/core/graph/tensor.js';
import { features } from '#dist/core/networks/features.js';
import type { Convolution, Network } from '#dist/core/networks/network.js';
import { PRESETS } from '#dist/core/options/options.js';
import { cholesky, type Matrix, matrix, regularised, solveCholesky, transposed } from './matrix.js';
import {
  flat,
  type Layer,
  layersOf,
  POOLINGS,
  parameterFeeds,
  parameterInputs,
  poolOf,
  type Student,
} from './student.js';

/** Added to diagonals before they are inverted, as a share of their mean. */
const RIDGE = 1e-5;
/** So many pictures at least, and so many positions for each number that a channel is predicted from. */
const LEAST_PICTURES = 24;
const POSITIONS_PER_UNKNOWN = 8;
/** What stands for 1 beside the features, of about their size, so that the ridge hardly weighs on biases. */
const UNIT = 100;

/** Square pictures [3, sizePx, sizePx] minus the mean. */
export interface Pictures {
  readonly pixels: readonly Float32Array[];
  readonly sizePx: number;
}

/**
 * @param source its maps are not used.
 * @param convolutions the source's, some of them behind more pools.
 * @param teacher whose features the new maps predict.
 */
export async function withPools(
  engine: Engine,
  source: Student,
  convolutions: readonly Convolution[],
  teacher: Network,
  pictures: Pictures,
): Promise<Student> {
  const { taps } = source;
  const more = convolutions.map(({ pools }, i) => pools - (source.convolutions[i]?.pools ?? 0));
  for (const [i, { name }] of convolutions.entries()) {
    if ((more[i] as number) < 0) throw new RangeError(`Expected ${name} behind at least as many pools as before.`);
    if ((more[i] as number) > 0 && taps.includes(name)) {
      throw new RangeError(`Expected ${name} behind as many pools as before, as costs are taken of it.`);
    }
  }
  const parameters: Record<string, Tensor> = {};
  for (const [i, { name }] of convolutions.entries()) {
    parameters[`${name}.weight`] = source.parameters[`${name}.weight`] as Tensor;
    parameters[`${name}.bias`] = source.parameters[`${name}.bias`] as Tensor;
    // Behind the first that is fitted all read something new.
    if (more.slice(0, i + 1).every((count) => count === 0)) continue;
    const fitted: Student = { convolutions: convolutions.slice(0, i + 1), taps: [], parameters };
    Object.assign(parameters, await fittedLayer(engine, source, fitted, more[i] as number, pictures));
  }
  const maps = await fittedMaps(engine, teacher, { convolutions, taps, parameters }, pictures);
  return { convolutions, taps, parameters: inOrder(convolutions, { ...parameters, ...maps }) };
}

/** Weight and bias of the last layer of `fitted`, whose features become the source's after so many more pools. */
async function fittedLayer(
  engine: Engine,
  source: Student,
  fitted: Student,
  more: number,
  pictures: Pictures,
): Promise<Tensors> {
  const { name, inputChannels, outputChannels } = fitted.convolutions.at(-1) as Convolution;
  const picture = pictureOf(pictures);
  const sourceInputs = Object.fromEntries(
    Object.entries(parameterInputs(source)).map(([key, { shape }]) => [key, input(`source.${key}`, shape)]),
  );
  const ownInputs = parameterInputs(fitted);
  const pairs = POOLINGS.map((pooling): Pair => {
    const wanted = layersOf(picture, source.convolutions, sourceInputs, pooling)[name] as Layer;
    const own = layersOf(picture, fitted.convolutions, ownInputs, pooling)[name] as Layer;
    let target = more > 0 ? wanted.output : wanted.sum;
    for (let i = 0; i < more; i++) target = poolOf(pooling)(target);
    return { from: patches(own.input), to: flat(target) };
  });
  const feeds = {
    ...parameterFeeds(fitted),
    ...Object.fromEntries(Object.entries(source.parameters).map(([key, value]) => [`source.${key}`, value])),
  };
  const solution = (await leastSquares(engine, { solution: pairs }, feeds, {}, pictures)).solution as Matrix;
  // A row has the nine places one after another, each with all channels, then the unit.
  const weight = tensor([outputChannels, inputChannels, 3, 3]);
  const bias = tensor([outputChannels]);
  for (let k = 0; k < outputChannels; k++) {
    const row = solution.data.subarray(k * solution.columns, (k + 1) * solution.columns);
    for (let c = 0; c < inputChannels; c++) {
      for (let p = 0; p < 9; p++) {
        weight.data[(k * inputChannels + c) * 9 + p] = row[p * inputChannels + c] as number;
      }
    }
    bias.data[k] = UNIT * (row.at(-1) as number);
  }
  return { [`${name}.weight`]: weight, [`${name}.bias`]: bias };
}

/** Maps of all taps that predict the teacher's features best. */
async function fittedMaps(
  engine: Engine,
  teacher: Network,
  student: Student,
  pictures: Pictures,
): Promise<Record<string, Tensor>> {
  const picture = pictureOf(pictures);
  const inputs = parameterInputs(student);
  const seen = POOLINGS.map((pooling) => ({
    layers: layersOf(picture, student.convolutions, inputs, pooling),
    wanted: features(picture, teacher, student.taps, { ...PRESETS.notebook, pooling }),
  }));
  const pairs = Object.fromEntries(
    student.taps.map((tap) => [
      tap,
      seen.map(({ layers, wanted }): Pair => {
        return { from: flat(layers[tap]?.output as Node), to: flat(wanted[tap] as Node) };
      }),
    ]),
  );
  const maps = await leastSquares(engine, pairs, parameterFeeds(student), teacher.tensors, pictures);
  return Object.fromEntries(
    Object.entries(maps).map(([tap, { rows, columns, data }]) => [
      `${tap}.map`,
      tensor([rows, columns], Float32Array.from(data)),
    ]),
  );
}

/** `to` [M, N] is predicted from `from` [K, N]. */
interface Pair {
  readonly from: Node;
  readonly to: Node;
}

/**
 * The matrices [M, K] that take each `from` to its `to` with the least square error over all pairs of one name and over
 * pictures.
 *
 * @param fixed of nodes that are fixed inputs.
 */
async function leastSquares(
  engine: Engine,
  pairs: Readonly<Record<string, readonly Pair[]>>,
  feeds: Tensors,
  fixed: Tensors,
  { pixels, sizePx }: Pictures,
): Promise<Record<string, Matrix>> {
  const outputs: Record<string, Node> = {};
  const sums: Record<string, Matrix> = {};
  let needed = LEAST_PICTURES;
  const total = (nodes: readonly Node[]) => nodes.reduce((a, b) => add(a, b));
  for (const [name, alike] of Object.entries(pairs)) {
    outputs[`${name}.moments`] = total(alike.map(({ from }) => gram(from)));
    outputs[`${name}.across`] = total(alike.map(({ from, to }) => matmul(from, to, { transposeB: true })));
    const [unknowns, positions] = (alike[0] as Pair).from.shape as readonly [number, number];
    needed = Math.max(needed, Math.ceil((POSITIONS_PER_UNKNOWN * unknowns) / positions));
  }
  for (const [name, { shape }] of Object.entries(outputs)) sums[name] = matrix(shape[0] as number, shape[1] as number);
  const program = await Program.load(engine, outputs, fixed);
  // Those of a folder are sorted by kind.
  const some = pixels.filter((_, i) => i % Math.max(1, Math.floor(pixels.length / needed)) === 0);
  for (const picture of some) {
    const found = await program.run({ ...feeds, picture: tensor([1, 3, sizePx, sizePx], picture) });
    for (const [name, { data }] of Object.entries(sums)) {
      const more = (found[name] as Tensor).data;
      for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + (more[i] as number);
    }
  }
  await program.dispose();
  return Object.fromEntries(
    Object.keys(pairs).map((name) => {
      const moments = regularised(sums[`${name}.moments`] as Matrix, RIDGE);
      return [name, transposed(solveCholesky(cholesky(moments), sums[`${name}.across`] as Matrix))];
    }),
  );
}

const pictureOf = ({ sizePx }: Pictures): Node => input('picture', [1, 3, sizePx, sizePx]);

/** What a 3x3 convolution with zero padding 1 reads at each position, and a unit: [9 C + 1, H W]. */
function patches(x: Node): Node {
  const [, channels, height, width] = x.shape as readonly [number, number, number, number];
  const padded = pad(x, [null, null, [1, 1], [1, 1]]);
  const places = Array.from({ length: 9 }, (_, p) => {
    const [top, left] = [Math.floor(p / 3), p % 3];
    const place = slice(padded, [null, null, [top, top + height], [left, left + width]]);
    return reshape(place, [channels, height * width]);
  });
  const unit = constant(tensor([1, height * width], new Float32Array(height * width).fill(UNIT)));
  return concat([...places, unit], 0);
}

/** Each layer's weight, bias and map. */
function inOrder(convolutions: readonly Convolution[], parameters: Tensors): Tensors {
  return Object.fromEntries(
    convolutions
      .flatMap(({ name }) => [`${name}.weight`, `${name}.bias`, `${name}.map`])
      .flatMap((key) => (parameters[key] ? [[key, parameters[key]]] : [])),
  );
}

/**
 * The network that ships, made of a trained student. With the map A of a tap and A'A = L L' (Cholesky) the
 * features g = L'f satisfy |L'(difference of Grams of f)L| = |A (the same) A'|, Frobenius norms, and
 * |L'(difference of f)| = |A (the same)|: costs taken of the student's few channels equal those of all the
 * teacher's channels. So L' becomes a 1x1 convolution behind the tap's layer.
 */
import { type Tensor, type Tensors, tensor } from '#dist/core/graph/tensor.js';
import { fromHalf, toHalf } from '#dist/core/networks/formats/half.js';
import { at, cholesky, matrix, product, regularised, transposed } from './matrix.js';
import type { Student } from './student.js';

/** Added to A'A's diagonal, as a share of its mean, where two channels are decoded alike. */
const RIDGE = 1e-9;

/** `<conv>.weight`, `<conv>.bias`, and `<conv>.tap` [C', C', 1, 1] where the student has a map. */
export function calibrated({ convolutions, parameters }: Student): Tensors {
  return Object.fromEntries(
    convolutions.flatMap(({ name }) => {
      const map = parameters[`${name}.map`];
      return [
        [`${name}.weight`, parameters[`${name}.weight`] as Tensor],
        [`${name}.bias`, parameters[`${name}.bias`] as Tensor],
        ...(map ? [[`${name}.tap`, tapOf(map)]] : []),
      ];
    }),
  );
}

/** L' as [C', C', 1, 1] of a map A [C, C']. */
export function tapOf({ shape, data }: Tensor): Tensor {
  const [rows, columns] = shape as readonly [number, number];
  const a = matrix(rows, columns, data);
  const l = cholesky(regularised(product(transposed(a), a), RIDGE));
  const upper = Float32Array.from(l.data, (_, i) => at(l, i % columns, Math.floor(i / columns)));
  return tensor([columns, columns, 1, 1], upper);
}

/** The teacher's channels at every tap: what costs are divided by. */
export function costChannels({ taps, parameters }: Student): Record<string, number> {
  return Object.fromEntries(taps.map((tap) => [tap, parameters[`${tap}.map`]?.shape[0] as number]));
}

/** The same numbers rounded to float16, as they will be read back. */
export function halved(tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      tensor(
        shape,
        data.map((value) => fromHalf(toHalf(value))),
      ),
    ]),
  );
}

/** Distances between all pairs of rows of two matrices. The products, which are the work, are the engine's. */
import type { Engine } from '#dist/core/graph/engine.js';
import { input, matmul } from '#dist/core/graph/operations.js';
import { Program } from '#dist/core/graph/program.js';
import { type Tensor, tensor } from '#dist/core/graph/tensor.js';

/** Euclidean distances between the rows of a [n, d] and b [m, d]: [n, m]. */
export async function euclideanDistances(engine: Engine, a: Tensor, b: Tensor): Promise<Tensor> {
  const squaresA = squaredLengths(a);
  const squaresB = squaredLengths(b);
  return mapped(await products(engine, a, b), (product, row, column) =>
    Math.sqrt(Math.max(0, (squaresA[row] as number) + (squaresB[column] as number) - 2 * product)),
  );
}

/** 1 minus the cosines of the angles between the rows of a [n, d] and b [m, d]: [n, m]. Rows of zeros are at 1. */
export async function cosineDistances(engine: Engine, a: Tensor, b: Tensor): Promise<Tensor> {
  const inverseLengths = (of: Tensor) => squaredLengths(of).map((square) => (square > 0 ? 1 / Math.sqrt(square) : 0));
  const inverseA = inverseLengths(a);
  const inverseB = inverseLengths(b);
  return mapped(
    await products(engine, a, b),
    (product, row, column) => 1 - product * (inverseA[row] as number) * (inverseB[column] as number),
  );
}

async function products(engine: Engine, a: Tensor, b: Tensor): Promise<Tensor> {
  const output = matmul(input('a', a.shape), input('b', b.shape), { transposeB: true });
  const program = await Program.load(engine, { products: output });
  try {
    return (await program.run({ a, b })).products as Tensor;
  } finally {
    await program.dispose();
  }
}

function squaredLengths({ shape, data }: Tensor): Float64Array {
  const [rows, width] = shape as [number, number];
  return Float64Array.from({ length: rows }, (_, row) =>
    data.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value * value, 0),
  );
}

function mapped({ shape, data }: Tensor, of: (value: number, row: number, column: number) => number): Tensor {
  const [rows, columns] = shape as [number, number];
  const result = tensor(shape);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) result.data[i] = of(data[i] as number, row, column);
  }
  return result;
}

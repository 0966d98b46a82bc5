/** Extents of the axes, outermost first; [] is the shape of a number. */
export type Shape = readonly number[];

/** A dense float32 array with its shape. Core, engines and files exchange nothing else. */
export interface Tensor {
  /** For example [N, C, H, W] for pictures and features, [C', C, kH, kW] for kernels. */
  readonly shape: Shape;
  /** Row-major, `sizeOf(shape)` elements. */
  readonly data: Float32Array;
}

/** Named tensors: what a network file holds and what a graph is fed with. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A shape as it reads in a sentence. */
export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Number of elements of a shape; 1 for a scalar []. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A tensor over `data` (not copied); zeros where data is left out. */
export function tensor(shape: Shape, data: Float32Array = new Float32Array(sizeOf(shape))): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(
      `Expected ${sizeOf(shape)} numbers for a tensor of shape ${showShape(shape)} but received ${data.length}.`,
    );
  }
  return { shape, data };
}

/** A number as a tensor of shape []. */
export function scalar(value: number): Tensor {
  return { shape: [], data: Float32Array.of(value) };
}

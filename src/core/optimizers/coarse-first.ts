/** A sense of scale for optimisers of pictures. */
import type { Size } from '../pictures/picture.js';
import type { Precondition } from './optimizer.js';

/** Share of the gradient that goes on as it is; the rest goes on smoothed. */
const FINE = 0.1;
/** How far smoothing reaches in each of its two passes, of the long side of a picture. */
const REACH = 1 / 40;
/** Cells of the grid that is smoothed on, along the long side. */
const CELLS = 128;

/**
 * Enlarges what large areas of a picture have in common, about ten times against its finest detail: costs of
 * convolutions are flat along smooth changes, such as of colour, and steep along grain, so that a bare gradient
 * paints grain first. As an inverse Hessian to begin with it is symmetric and positive definite: 0.1 I + 0.9 U S S' U',
 * where U' adds up the pixels of square cells, and S smooths on their grid (a Sobolev gradient: Neuberger, "Sobolev
 * Gradients and Differential Equations", 1997). A gradient that is the same everywhere stays as it is.
 *
 * @returns maps [3, H, W] to [3, H, W].
 */
export function coarseFirst({ width, height }: Size): Precondition {
  const cell = Math.max(1, Math.round(Math.max(width, height) / CELLS));
  const reach = REACH * Math.max(width, height);
  const [across, down] = [axisOf(width, cell), axisOf(height, cell)];
  const [rows, columns] = [new Smoother(across, reach), new Smoother(down, reach)];
  return (gradient) => {
    const result = new Float32Array(gradient.length);
    const grid = new Float64Array(across.count * down.count);
    for (let begin = 0; begin < gradient.length; begin += width * height) {
      grid.fill(0);
      for (let y = 0; y < height; y++) {
        addCells(grid, across.count * Math.floor(y / cell), gradient, begin + y * width, width, cell);
      }
      for (let y = 0; y < down.count; y++) rows.smooth(grid, y * across.count, 1);
      for (let x = 0; x < across.count; x++) columns.smooth(grid, x, across.count);
      for (let y = 0; y < height; y++) {
        mixRow(result, gradient, begin + y * width, grid, across.count * Math.floor(y / cell), width, cell);
      }
    }
    return result;
  };
}

/** An axis cut into cells. */
interface Axis {
  readonly count: number;
  /** How many pixels each cell has; the last may have fewer. */
  readonly extents: Float64Array;
  readonly cell: number;
}

function axisOf(length: number, cell: number): Axis {
  const count = Math.ceil(length / cell);
  return { count, cell, extents: Float64Array.from({ length: count }, (_, i) => Math.min(cell, length - i * cell)) };
}

/** Adds the pixels of a row to its cells, of which the first stands at `into`. */
function addCells(
  grid: Float64Array,
  into: number,
  planes: Float32Array,
  row: number,
  width: number,
  cell: number,
): void {
  for (let x = 0, at = into; x < width; at++) {
    let sum = 0;
    for (const end = Math.min(width, x + cell); x < end; x++) sum += planes[row + x] as number;
    grid[at] = (grid[at] as number) + sum;
  }
}

/** A row of the gradient, mixed with what is smooth in its cells, of which the first stands at `from`. */
function mixRow(
  into: Float32Array,
  gradient: Float32Array,
  row: number,
  grid: Float64Array,
  from: number,
  width: number,
  cell: number,
): void {
  for (let x = 0, at = from; x < width; at++) {
    const smooth = (1 - FINE) * (grid[at] as number);
    for (const end = Math.min(width, x + cell); x < end; x++) {
      into[row + x] = FINE * (gradient[row + x] as number) + smooth;
    }
  }
}

/**
 * S S' along an axis, where S = (C + r A)^-1 by elimination: C has the cells' extents on its diagonal, A is the Laplacian
 * of a path. It takes sums over cells to smooth means, whatever their extents, and is symmetric.
 */
class Smoother {
  /** r: how much neighbours have in common. */
  readonly #tie: number;
  /** Reciprocals of the pivots. */
  readonly #pivots: Float64Array;

  constructor(
    readonly axis: Axis,
    reach: number,
  ) {
    const { count, extents, cell } = axis;
    const tie = reach ** 2 / cell;
    const pivots = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const neighbours = (i > 0 ? 1 : 0) + (i < count - 1 ? 1 : 0);
      const eliminated = i > 0 ? tie ** 2 * (pivots[i - 1] as number) : 0;
      pivots[i] = 1 / ((extents[i] as number) + tie * neighbours - eliminated);
    }
    this.#tie = tie;
    this.#pivots = pivots;
  }

  /** @param stride from each cell of the line to the next. */
  smooth(grid: Float64Array, first: number, stride: number): void {
    this.#solve(grid, first, stride);
    const { extents } = this.axis;
    for (let i = 0, at = first; i < extents.length; i++, at += stride) {
      grid[at] = (extents[i] as number) * (grid[at] as number);
    }
    this.#solve(grid, first, stride);
  }

  #solve(grid: Float64Array, first: number, stride: number): void {
    const tie = this.#tie;
    const pivots = this.#pivots;
    let before = 0;
    let at = first;
    for (let i = 0; i < pivots.length; i++, at += stride) {
      before = ((grid[at] as number) + tie * before) * (pivots[i] as number);
      grid[at] = before;
    }
    let after = 0;
    for (let i = pivots.length - 1; i >= 0; i--) {
      at -= stride;
      after = (grid[at] as number) + tie * (pivots[i] as number) * after;
      grid[at] = after;
    }
  }
}

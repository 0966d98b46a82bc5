/**
 * Loops over vectors of 32-bit numbers. Each is a function of its own, of one loop, or with what is left over before it: a
 * painting is over before V8 has compiled functions of many loops, and it leaves what it has compiled of a loop where code
 * behind it is met for the first time. Loops are several times as fast as methods of arrays that call a function for each
 * number.
 */

/** <a, b> in double precision, in four sums, so that an addition need not wait for the one before. */
export function dotOf(a: Float32Array, b: Float32Array): number {
  const rest = a.length % 4;
  let t0 = 0;
  let t1 = 0;
  let t2 = 0;
  let t3 = 0;
  for (let i = 0; i < rest; i++) t0 += (a[i] as number) * (b[i] as number);
  for (let i = rest; i < a.length; i += 4) {
    t0 += (a[i] as number) * (b[i] as number);
    t1 += (a[i + 1] as number) * (b[i + 1] as number);
    t2 += (a[i + 2] as number) * (b[i + 2] as number);
    t3 += (a[i + 3] as number) * (b[i + 3] as number);
  }
  return t0 + t1 + (t2 + t3);
}

/** a += factor * b */
export function addTo(a: Float32Array, factor: number, b: Float32Array): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) + factor * (b[i] as number);
}

/**
 * a += factor * b, in one pass over memory with the product that follows.
 *
 * @returns <a, c> of what `a` is then.
 */
export function addAndMultiply(a: Float32Array, factor: number, b: Float32Array, c: Float32Array): number {
  const rest = a.length % 2;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < rest; i++) {
    a[i] = (a[i] as number) + factor * (b[i] as number);
    even += (a[i] as number) * (c[i] as number);
  }
  for (let i = rest; i < a.length; i += 2) {
    a[i] = (a[i] as number) + factor * (b[i] as number);
    even += (a[i] as number) * (c[i] as number);
    a[i + 1] = (a[i + 1] as number) + factor * (b[i + 1] as number);
    odd += (a[i + 1] as number) * (c[i + 1] as number);
  }
  return even + odd;
}

/** <g, to - from> in double precision. */
export function along(g: Float32Array, to: Float32Array, from: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < g.length; i++) sum += (g[i] as number) * ((to[i] as number) - (from[i] as number));
  return sum;
}

/** factor * a */
export function multiplied(a: Float32Array, factor: number): Float32Array {
  const result = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = factor * (a[i] as number);
  return result;
}

/** a *= factor */
export function multiply(a: Float32Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] = factor * (a[i] as number);
}

/** a - b */
export function difference(a: Float32Array, b: Float32Array): Float32Array {
  const result = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = (a[i] as number) - (b[i] as number);
  return result;
}

/** What `direction` becomes: start + length * direction. */
export function walk(direction: Float32Array, start: Float32Array, length: number): void {
  for (let i = 0; i < start.length; i++) direction[i] = (start[i] as number) + length * (direction[i] as number);
}

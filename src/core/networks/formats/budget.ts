/**
 * Most bytes that may be inflated of a file, or copied out of it. A bomb swells a thousandfold; of real files only
 * zeros swell, such as a mean picture that was never set.
 */
export function byteBudget(fileBytes: number): number {
  return Math.min(2 ** 30, 2 ** 26 + 16 * fileBytes);
}

/** What a batch finds where it is to write: the same painting, one that was stopped, or another picture. */
import { lstat } from 'node:fs/promises';
import { printInRecipe } from '../files/formats.js';
import { readRecipe } from '../files/read-recipe.js';
import { differenceOfRequest } from './difference.js';
import type { Inputs } from './inputs.js';
import type { CheckedRequest } from './request.js';

/** `stopped` is the same painting, stopped on the way. */
export type Found = 'nothing' | 'painting' | 'stopped' | 'other';

/** Compares what is at a request's output with what the request would paint. */
export async function paintedBefore(request: CheckedRequest, inputs: Inputs): Promise<Found> {
  const { output, print } = request;
  if (typeof output !== 'string' || !(await lstat(output).catch(() => undefined))) return 'nothing';
  try {
    const recipe = await readRecipe(output);
    if ((await differenceOfRequest(recipe, request, inputs)) !== undefined) return 'other';
    if (recipe.stopped) return 'stopped';
    return JSON.stringify(recipe.print) === JSON.stringify(printInRecipe(print)) ? 'painting' : 'other';
  } catch {
    // No picture, none of Giverny's, or one whose inputs are gone.
    return 'other';
  }
}

/** What was measured of this machine, as JSON in the cache. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { writeAtomically } from './atomic.js';
import { cacheFolder } from './cache-folder.js';

/** What a file of the cache says; undefined where it is missing or damaged: it is measured again. */
export function readMeasured<S extends z.ZodType>(name: string, schema: S): z.output<S> | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(join(cacheFolder(), name), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Where the cache cannot be written, it is measured again as well. */
export async function writeMeasured(name: string, value: unknown): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
  await writeAtomically(join(cacheFolder(), name), bytes, { neighbour: false }).catch(() => {});
}

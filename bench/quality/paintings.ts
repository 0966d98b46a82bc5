/** Paints pairs with programs, each once: what is there already is taken as it is. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runMeasured, type Taken } from './measured.js';
import type { Pair } from './pairs.js';
import { filled, type Program } from './programs.js';

export interface PaintingFile extends Taken {
  readonly file: string;
}

export interface Conditions {
  readonly folder: string;
  /** Long side in pixels. */
  readonly size: number;
  /** Wall time for each painting; as much as it takes where left out. */
  readonly seconds?: number | undefined;
}

/**
 * The picture that a program paints of a pair, `<folder>/<program>/<photo>-<painting>.png`, with the request and what
 * it took beside it. It is painted anew where the request has changed.
 *
 * @throws Error where the program fails or writes nothing.
 */
export async function paintingOf(program: Program, pair: Pair, conditions: Conditions): Promise<PaintingFile> {
  const { content, style } = pair;
  const folder = path.resolve(conditions.folder, fileName(program.name));
  const file = path.join(folder, `${content.name}-${style.name}.png`);
  const notes = path.join(folder, `${content.name}-${style.name}.json`);
  const command = filled(program.command, {
    content: content.path,
    style: style.path,
    output: file,
    next: pair.next.path,
    photo: content.name,
    painting: style.name,
    size: String(conditions.size),
    seconds: String(conditions.seconds ?? 0),
  });
  const { seconds } = conditions;
  const request = { command, seconds, settings: program.settings, pictures: [await hash(content), await hash(style)] };
  const known = existsSync(file) ? await readFile(notes, 'utf8').catch(() => undefined) : undefined;
  if (known !== undefined) {
    const { request: before, taken } = JSON.parse(known) as { request: object; taken: Taken };
    if (JSON.stringify(before) === JSON.stringify(request)) return { file, ...taken };
  }
  await mkdir(folder, { recursive: true });
  await rm(file, { force: true });
  // Some presets write more than was asked for, into the current folder.
  const cwd = await mkdtemp(path.join(tmpdir(), 'giverny-quality-'));
  try {
    const interruptAfter = program.kind === 'reference' ? undefined : seconds;
    const taken = await runMeasured(command, { cwd, interruptAfter });
    if (!existsSync(file)) throw new Error(`Expected ${program.name} to write ${file} but it did not.`);
    await writeFile(notes, JSON.stringify({ request, taken }, undefined, 2));
    return { file, ...taken };
  } finally {
    await rm(cwd, { recursive: true });
  }
}

/** A program's name as a file's. */
export function fileName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

async function hash({ path: file }: { readonly path: string }): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

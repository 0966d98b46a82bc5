/** A bench to try the command on: a folder with small pictures and a small network, and the built command. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import { onTestFinished } from 'vitest';
import type { Tensor } from '../../src/core/graph/tensor.js';
import { writeSafetensors } from '../../src/core/networks/formats/safetensors.js';
import type { RGB } from '../../src/core/pictures/flat-colors.js';
import { toBytes } from '../../src/core/pictures/picture.js';
import { smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Layers as in VGG-19 up to conv5_1, a few channels wide. */
export function tinyTensors(): Record<string, Tensor> {
  return { ...smallNetwork([[4, 4], [4, 4], [6, 6, 6, 6], [8, 8, 8, 8], [8]]).tensors };
}

export function writeNetwork(path: string, tensors: Record<string, Tensor>): void {
  writeFileSync(path, writeSafetensors(tensors));
}

/** A folder with photo.jpg (80x64), style.png (64x64) and tiny.safetensors, gone after the test. */
export async function bench(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await drawn(80, 64, 9).jpeg({ quality: 95 }).toFile(join(folder, 'photo.jpg'));
  await drawn(64, 64, 3).png().toFile(join(folder, 'style.png'));
  writeNetwork(join(folder, 'tiny.safetensors'), tinyTensors());
  return folder;
}

/** A picture of coloured waves, to be written in any format. */
export function drawn(width: number, height: number, seed: number): Sharp {
  return sharp(toBytes(waves(width, height, seed)), { raw: { width, height, channels: 3 } });
}

/** A mask in upright stripes of equal width, from left to right. */
export function stripes(width: number, height: number, colors: readonly RGB[]): Sharp {
  const bytes = Buffer.from(
    Array.from({ length: width * height }, (_, i) => {
      const stripe = Math.floor(((i % width) * colors.length) / width);
      return [...(colors[stripe] as RGB)];
    }).flat(),
  );
  return sharp(bytes, { raw: { width, height, channels: 3 } });
}

export interface Surroundings {
  /** Where the command keeps its temporary files. */
  readonly temporary?: string;
  /** Gives the command a pipe as its standard input, which `child.stdin` writes to. */
  readonly piped?: boolean;
  /** Variables besides those of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the command in a folder; `result` comes when it has ended. */
export function start(folder: string, args: readonly string[], { temporary, piped, env }: Surroundings = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { ...process.env, ...env, ...(temporary === undefined ? {} : { TMPDIR: temporary }) },
    stdio: [piped ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const result = new Promise<Result>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  /** Waits until so many steps have been printed. */
  const steps = async (count: number) => {
    while ((stdout.match(/^(step |\{"type":"step")/gm) ?? []).length < count) {
      if (child.exitCode !== null) throw new Error(`The command ended early.\n${stdout}${stderr}`);
      await sleep(10);
    }
  };
  return { child: child as ChildProcess, result, steps };
}

/** Runs the command in a folder to its end. */
export function giverny(folder: string, args: readonly string[], surroundings?: Surroundings): Promise<Result> {
  return start(folder, args, surroundings).result;
}

/** Lines of --json, parsed. */
// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of each.
export function events(stdout: string): any[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Flags of a small, quick painting at one scale. */
export const QUICK = ['--network', 'tiny.safetensors', '--size', '64', '--steps', '4', '--first-size', '0'];

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The pixels of a written picture, with their width and height. */
export async function pixels(path: string) {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: Array.from(data) };
}

/** Whether /proc tells of processes. */
export const hasProc = spawnSync('cat', [`/proc/${process.pid}/task/${process.pid}/children`]).status === 0;

/** The process id of the painting process, by way of /proc; 0 where there is none. */
export function painterOf(pid: number): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return Number(child);
}

/** Kills the command's processes at chosen moments and lets the same command go on. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { RandomState } from '#dist/core/random.js';
import { readHeader } from '#dist/node/painting/state.js';

export const MOMENTS = [
  'while the command starts',
  'while it prepares',
  'between steps',
  'in a step',
  'while writing the state',
  'while writing the result',
] as const;

export type Moment = (typeof MOMENTS)[number];

export interface Run {
  /** Exit code; undefined where it was killed. */
  readonly code: number | undefined;
  /** Step at which it went on; undefined where it began. */
  readonly resumed: number | undefined;
  /** The last step that it told of, from 0; -1 before the first. */
  readonly step: number;
  readonly stdout: string;
}

export interface Painting {
  /** The command's own file. */
  readonly main: string;
  readonly folder: string;
  /** Arguments of the command without its output. */
  readonly args: readonly string[];
  readonly output: string;
  /** Steps in all. */
  readonly steps: number;
}

/** Tells what happens in a run as it happens. */
interface Watcher {
  onStep?(step: number, kill: () => void): void;
  /** A temporary file appears beside the result: the state or the picture is being written. */
  onWriting?(step: number, kill: () => void): void;
}

/** Runs the command, which writes its state after every step, in a process group that `kill` ends at once. */
function run(
  { main, folder, args, output }: Painting,
  { onStep, onWriting }: Watcher = {},
  killAfterMs?: number,
): Promise<Run> {
  const child = spawn(process.execPath, [main, ...args, '-o', output, '--json'], {
    cwd: folder,
    detached: true,
    env: { ...process.env, GIVERNY_STATE_SECONDS: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let killed = false;
  let [step, resumed, stdout, rest] = [-1, undefined as number | undefined, '', ''];
  const kill = () => {
    if (killed || child.exitCode !== null) return;
    killed = true;
    // The whole group: the command and the process that paints.
    process.kill(-(child.pid as number), 'SIGKILL');
  };
  const watcher = watch(folder, (_, name) => {
    if (name?.endsWith('.tmp') && existsSync(join(folder, name))) onWriting?.(step, kill);
  });
  if (killAfterMs !== undefined) void sleep(killAfterMs).then(kill);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      const event = JSON.parse(line);
      if (event.type === 'start') resumed = event.resumed?.step;
      if (event.type === 'step') {
        step = event.step;
        onStep?.(step, kill);
      }
    }
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      watcher.close();
      resolve({ code: killed ? undefined : (code ?? undefined), resumed, step, stdout });
    });
  });
}

/** Paints without a break. */
export const paintWhole = (painting: Painting): Promise<Run> => run(painting);

/**
 * Starts the command and kills it at a moment.
 *
 * @param random uniform in [0, 1): chooses the moment within what its name says.
 * @param from the step at which it will go on.
 * @param prepareMs about how long the command takes to its first step.
 */
export function runAndKill(
  painting: Painting,
  moment: Moment,
  random: () => number,
  from: number,
  prepareMs: number,
): Promise<Run> {
  const at = Math.min(painting.steps - 1, from + Math.floor(random() * (painting.steps - from)));
  const share = random();
  switch (moment) {
    case 'while the command starts':
      return run(painting, {}, 150 * share);
    case 'while it prepares':
      return run(painting, {}, prepareMs * (0.2 + 0.8 * share));
    case 'between steps':
      return run(painting, { onStep: (step, kill) => step >= at && kill() });
    case 'in a step':
      return run(painting, { onStep: (step, kill) => step >= at && void sleep(20 * share).then(kill) });
    case 'while writing the state':
      return run(painting, { onWriting: (step, kill) => step >= at && kill() });
    case 'while writing the result': {
      // After the last step the state is written, then the picture, then the state is removed.
      let wait = Math.floor(share * 3);
      return run(painting, {
        onWriting: (step, kill) => step === painting.steps - 1 && wait-- === 0 && kill(),
        onStep: (step, kill) => share > 0.9 && step === painting.steps - 1 && kill(),
      });
    }
  }
}

/** The step that the state file holds; undefined where there is none. What is half-written is refused. */
export async function stateOf({ folder, output }: Painting): Promise<number | undefined> {
  const path = join(folder, `${output.replace(/\.\w+$/, '')}.giverny`);
  return existsSync(path) ? (await readHeader(path)).recipe.steps : undefined;
}

/** Names of state files in a folder. */
export const statesIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.giverny'));

/** Repeatable numbers in [0, 1). */
export function seeded(seed: number): () => number {
  const state = new RandomState(seed);
  return () => state.uniform();
}

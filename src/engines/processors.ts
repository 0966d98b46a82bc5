/** Which share of the machine's processors this process may use, and how much of them other processes use. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import process from 'node:process';

/** Text of a file, undefined where it cannot be read. */
export type ReadText = (path: string) => string | undefined;

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * The processors that Linux control groups allow this process, such as 1.5 in a container started with `--cpus 1.5`;
 * Infinity where nothing limits them. A group's quota holds for all groups below it, so the smallest one counts.
 *
 * @param read the file system, for tests.
 */
export function processorQuota(read: ReadText = readText): number {
  const lines = read('/proc/self/cgroup')?.trim().split('\n') ?? [];
  const quotas = lines.flatMap((line) => {
    // "0::/path" is version 2; "4:cpu,cpuacct:/path" is version 1.
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === '') return groupsOf('/sys/fs/cgroup', path).map((group) => quotaOf(read(`${group}/cpu.max`)));
    if (!controllers.split(',').includes('cpu')) return [];
    // Distributions mount this hierarchy under the controllers' names, or link "cpu" to it.
    return ['cpu', controllers]
      .flatMap((mount) => groupsOf(`/sys/fs/cgroup/${mount}`, path))
      .map((group) => quotaOf(`${read(`${group}/cpu.cfs_quota_us`)} ${read(`${group}/cpu.cfs_period_us`)}`));
  });
  return Math.min(...quotas);
}

/** Folders of a group and of those above it. Inside a container the path may be that of the host: then only `mount` is there. */
function groupsOf(mount: string, path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return [...names.keys(), names.length].map((count) => [mount, ...names.slice(0, count)].join('/'));
}

/** Of "<microseconds> <per microseconds>"; version 2 writes "max", version 1 -1, for no limit. */
function quotaOf(text = ''): number {
  const [quota, period] = text.trim().split(/\s+/).map(Number) as [number, number?];
  return quota > 0 && period !== undefined && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

/**
 * Threads that can run at once here: whole processors of the machine, the process's affinity and its quota, at least 1.
 * Node's `availableParallelism` knows of quotas only from version 22 on; it rounds them down too.
 */
export function availableThreads(): number {
  return Math.max(1, Math.floor(Math.min(availableParallelism(), processorQuota())));
}

/** Processor time since some start, in seconds, summed over all processors. */
export interface ProcessorTime {
  readonly processors: number;
  readonly total: number;
  readonly idle: number;
  /** Of this process. */
  readonly own: number;
}

function processorTime(): ProcessorTime {
  const times = cpus().map((processor) => processor.times);
  const seconds = (of: (time: (typeof times)[number]) => number) =>
    times.reduce((sum, time) => sum + of(time), 0) / 1000;
  const { user, system } = process.cpuUsage();
  return {
    processors: times.length,
    total: seconds((time) => time.user + time.nice + time.sys + time.irq + time.idle),
    idle: seconds((time) => time.idle),
    own: (user + system) / 1e6,
  };
}

/** Less processor time than this is too coarse to tell anything from: the system counts in hundredths of a second. */
const LEAST_SECONDS = 0.1;
/** Part of a processor that the small work of every system takes. */
const SMALL_WORK = 0.25;

/**
 * Watches whether other processes leave a processor to each of `threads` threads. The load average could not tell: it
 * counts this process too, lags by a minute, and is always 0 on Windows.
 *
 * @param measure the system's clock, for tests.
 * @returns a function that answers for the time since it was last asked, or since the start.
 */
export function watchForRoom(threads: number, measure = processorTime): () => boolean {
  let before = measure();
  let room = false;
  return () => {
    const now = measure();
    const total = now.total - before.total;
    if (total < LEAST_SECONDS) return room;
    const others = Math.max(0, total - (now.idle - before.idle) - (now.own - before.own));
    room = threads + (others / total) * now.processors <= now.processors + SMALL_WORK;
    before = now;
    return room;
  };
}

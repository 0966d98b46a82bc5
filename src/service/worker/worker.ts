/** A worker: takes paintings from the queue while it has room for them. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Device, DeviceChoice } from '../../core/devices.js';
import { usableBytes } from '../../node/painting/usable-bytes.js';
import { VERSION } from '../../node/version.js';
import { type Lease, Queue } from '../queue/leases.js';
import { sweep } from '../queue/sweep.js';
import type { Blobs } from '../store/blobs.js';
import type { Database } from '../store/database.js';
import { gone, seen } from '../store/workers.js';
import { attempt, type Outcome } from './attempt.js';
import { newScratch } from './scratch.js';

export interface WorkerOptions {
  readonly database: Database;
  readonly blobs: Blobs;
  /** Paintings at a time. Default 1: one uses all cores. */
  readonly jobs?: number | undefined;
  /** Bytes that all its paintings may take together. Default: as much as one painting may. */
  readonly maxMemory?: number | undefined;
  /** What computes orders that leave it to the worker. Default: the CPU. */
  readonly device?: DeviceChoice | undefined;
  /** The device that this means here, which orders may ask for. */
  readonly offers?: Device | undefined;
  /** Threads of each painting. */
  readonly threads?: number | undefined;
  readonly pollMs?: number | undefined;
  readonly beatMs?: number | undefined;
  readonly stateEverySeconds?: number | undefined;
  /** How long it waits for a database that is away when it is to end. Default: 20 seconds. */
  readonly farewellMs?: number | undefined;
  onOutcome?(lease: Lease, outcome: Outcome, seconds: number): void;
  /** The database could not be reached, or something else went wrong between paintings. */
  onError?(error: unknown): void;
}

export interface Worker {
  readonly id: string;
  /** Bytes that its paintings have reserved. */
  readonly reservedBytes: number;
  /** Takes nothing more, keeps the states of what it paints, and lets go. */
  drain(): Promise<void>;
}

/** How long a worker that is to end waits for a database that is away. */
const FAREWELL_MS = 20_000;
/** And, having let go of its paintings, to tell others that it goes. */
const GOODBYE_MS = 1000;
/** A timer that no process stays alive for. */
const UNHEARD = { ref: false };

/** Starts a worker in this process; each painting has a process of its own. */
export function startWorker(options: WorkerOptions): Worker {
  const { database, blobs, jobs = 1, maxMemory = usableBytes(), pollMs = 500, offers = 'cpu' } = options;
  const { farewellMs = FAREWELL_MS } = options;
  const id = randomUUID();
  const queue = new Queue(database, blobs);
  const draining = new AbortController();
  const running = new Map<Lease, Promise<void>>();
  const reserved = () => [...running.keys()].reduce((sum, { forecastBytes }) => sum + forecastBytes, 0);
  const leases = () => [...running.keys()].map(({ lease }) => lease);
  const scratch = newScratch();
  const parts = {
    database,
    queue,
    blobs,
    device: options.device ?? 'cpu',
    threads: options.threads,
    stateEverySeconds: options.stateEverySeconds ?? 20,
    beatMs: options.beatMs ?? 1000,
    farewellMs,
    folder: scratch.folder,
  };

  const start = (lease: Lease) => {
    const began = performance.now();
    const done = attempt(lease, parts, draining.signal)
      .then((outcome) => options.onOutcome?.(lease, outcome, (performance.now() - began) / 1000))
      .catch((error: unknown) => options.onError?.(error))
      .finally(() => running.delete(lease));
    running.set(lease, done);
  };

  const loop = async () => {
    let housekeepingAt = 0;
    while (!draining.signal.aborted) {
      let taken = false;
      try {
        if (performance.now() >= housekeepingAt) {
          housekeepingAt = performance.now() + 2000;
          await seen(database, { id, host: hostname(), version: VERSION, memoryBytes: maxMemory, device: offers });
          await sweep(database, blobs, leases());
          await scratch.keep();
        }
        if (running.size < jobs) {
          const capacity = { freeBytes: maxMemory - reserved(), totalBytes: maxMemory, device: offers };
          const lease = await queue.claim(capacity);
          if (lease) start(lease);
          taken = lease !== undefined;
        }
      } catch (error) {
        options.onError?.(error);
      }
      if (!taken) await sleep(pollMs, undefined, { signal: draining.signal }).catch(() => {});
    }
  };
  const looping = loop();

  return {
    id,
    get reservedBytes() {
      return reserved();
    },
    async drain() {
      draining.abort();
      // It may wait for a database that is away; what it takes after that, another takes over.
      await Promise.race([looping, sleep(farewellMs, undefined, UNHEARD)]);
      await Promise.all(running.values());
      await Promise.race([gone(database, id).catch(() => {}), sleep(GOODBYE_MS, undefined, UNHEARD)]);
      await scratch.remove();
    },
  };
}

/** The lines of `--json`, one event each. docs/command.md describes them for programs that read them. */
import process from 'node:process';
import { printableJson } from '../core/errors.js';
import type { StepReport } from '../core/painting/job.js';
import type { PlannedScale } from '../core/painting/plan.js';
import type { NamedNetwork, Painted, Started } from '../node/painting/request.js';
import { VERSION } from '../node/version.js';
import type { EventData, Status } from '../service/contract.js';
import type { StopSignal } from './interrupts.js';

/** Rises when a field changes its meaning or goes away; new fields and new types do not raise it. */
const SCHEMA = 1;

/** What became of the paintings of a batch. */
export interface BatchCounts {
  readonly painted: number;
  /** There already. */
  readonly skipped: number;
  readonly failed: number;
  /** Not painted, or not to the end, because the batch was stopped. */
  readonly left: number;
  /** Files in folders that are hidden or no pictures. */
  readonly passedOver: number;
  readonly seconds: number;
}

/** Which painting of a batch; absent where there is one. */
interface Indexed {
  readonly index?: number | undefined;
}

interface BatchPainting {
  readonly index: number;
  readonly content: string;
  readonly styles: readonly string[];
  readonly output: string;
}

/** `done`, `sheet`, `stopped` or `error` is the last line. */
export type JsonEvent =
  | { readonly type: 'batch'; readonly paintings: number; readonly jobs: number }
  | ({ readonly type: 'painted' } & BatchPainting & Result)
  | ({ readonly type: 'skipped' } & BatchPainting)
  | ({ readonly type: 'failed'; readonly code: string; readonly message: string } & BatchPainting)
  | ({ readonly type: 'done'; readonly exitCode: number } & BatchCounts)
  /** The last line of `giverny sheet`. */
  | {
      readonly type: 'sheet';
      readonly exitCode: number;
      readonly output: string;
      readonly tiles: readonly { label: string; row: number; column: number; command: string }[];
    }
  | ({ readonly type: 'stopped'; readonly exitCode: number; readonly signal: StopSignal } & BatchCounts)
  | (Indexed & {
      readonly type: 'start';
      readonly content: string;
      readonly styles: readonly string[];
      readonly output: string;
      readonly width: number;
      readonly height: number;
      readonly steps: number;
      readonly scales: readonly PlannedScale[];
      readonly network: NamedNetwork;
      readonly coarseNetwork?: NamedNetwork | undefined;
      readonly engine: string;
      readonly device: string;
      readonly forecastBytes: number;
      readonly forecastSeconds: number;
      /** Where an earlier run was stopped. */
      readonly resumed?: Started['resumed'];
    })
  /** The studio is served at this address. */
  | { readonly type: 'start'; readonly url: string }
  | ({ readonly type: 'step' } & Indexed & StepReport)
  | ({ readonly type: 'saved'; readonly path: string } & Indexed)
  | ({ readonly type: 'notice'; readonly message: string } & Indexed)
  | ({ readonly type: 'done'; readonly exitCode: 0 } & Result)
  /** Only with `exitCode` and `signal` where nothing was written. */
  | ({ readonly type: 'stopped'; readonly exitCode: number; readonly signal: StopSignal } & Partial<Result>)
  /** Of paintings on a server. */
  | { readonly type: 'submitted'; readonly id: string; readonly server: string; readonly status: Status }
  | { readonly type: 'status'; readonly id: string; readonly status: Status }
  | ({ readonly type: 'progress'; readonly id: string } & EventData<'step'>)
  | { readonly type: 'done'; readonly exitCode: 0; readonly id: string; readonly output?: string | undefined }
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly exitCode: number };

type Result = Omit<Painted, 'stopped' | 'bytes' | 'picture'>;

let first = true;

/** Prints an event; the first line of a run also says which program and which schema wrote it. */
export function printEvent({ type, ...rest }: JsonEvent): void {
  const giverny = first ? { giverny: { version: VERSION, schema: SCHEMA } } : {};
  first = false;
  process.stdout.write(`${printableJson({ type, ...giverny, ...rest })}\n`);
}

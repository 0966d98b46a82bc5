/** The lines of `--json`, one event each. docs/command.md describes them for programs that read them. */
import process from 'node:process';
import type { StepReport } from '../core/painting/job.js';
import type { PlannedScale } from '../core/painting/plan.js';
import type { NamedNetwork, Painted, Started } from '../node/painting/request.js';
import { VERSION } from '../node/version.js';
import type { StopSignal } from './interrupts.js';

/** Rises when a field changes its meaning or goes away; new fields and new types do not raise it. */
const SCHEMA = 1;

/** `done`, `stopped` or `error` is the last line. */
export type JsonEvent =
  | {
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
      /** Where an earlier run was stopped. */
      readonly resumed?: Started['resumed'];
    }
  /** The studio is served at this address. */
  | { readonly type: 'start'; readonly url: string }
  | ({ readonly type: 'step' } & StepReport)
  | { readonly type: 'saved'; readonly path: string }
  | { readonly type: 'notice'; readonly message: string }
  | ({ readonly type: 'done'; readonly exitCode: 0 } & Result)
  /** Only with `exitCode` and `signal` where nothing was written. */
  | ({ readonly type: 'stopped'; readonly exitCode: number; readonly signal: StopSignal } & Partial<Result>)
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly exitCode: number };

type Result = Omit<Painted, 'stopped'>;

let first = true;

/** Prints an event; the first line of a run also says which program and which schema wrote it. */
export function printEvent({ type, ...rest }: JsonEvent): void {
  const giverny = first ? { giverny: { version: VERSION, schema: SCHEMA } } : {};
  first = false;
  process.stdout.write(`${JSON.stringify({ type, ...giverny, ...rest })}\n`);
}

/** What step.ts says to the processes that it times, ours.ts and step.py: one JSON object a line, either way. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

export interface Prepare {
  readonly command: 'prepare';
  /** A safetensors file. */
  readonly network: string;
  /** Of R, G, B, subtracted from the pictures. */
  readonly mean: readonly number[];
  /** Files of raw float32 [3, height, width] in 0..255. */
  readonly content: string;
  readonly style: string;
  readonly picture: string;
  readonly width: number;
  readonly height: number;
  readonly contentLayers: Readonly<Record<string, number>>;
  readonly styleLayers: Readonly<Record<string, number>>;
  readonly alpha: number;
  readonly beta: number;
  readonly threads: number;
  /** How many paintings to take the style of; the one in `style` several times over. */
  readonly styles: number;
  /** How PyTorch lays out its tensors. */
  readonly layout: string;
}

export interface Commands {
  prepare: Prepare;
  step: { readonly command: 'step' };
  /** PyTorch alone: the notebook's loop on the prepared picture, which it changes. */
  adam: { readonly command: 'adam'; readonly steps: number; readonly rate: number };
  matmul: { readonly command: 'matmul'; readonly size: number; readonly threads: number };
}

export interface Answers {
  prepare: object;
  step: { readonly seconds: number; readonly total: number; readonly gradientNorm: number; readonly peakBytes: number };
  /** The cost after the last update. */
  adam: { readonly seconds: number; readonly total: number };
  matmul: { readonly gflops: number };
}

/** A process that answers commands one at a time. */
export class Runner {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(
    readonly name: string,
    program: string,
    args: readonly string[],
  ) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines: Interface = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    this.#answers = lines[Symbol.asyncIterator]();
  }

  async ask<Name extends keyof Commands>(command: Commands[Name] & { readonly command: Name }): Promise<Answers[Name]> {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
    const answer = await this.#answers.next();
    if (answer.done) throw new Error(`${this.name} ended before it answered ${command.command}.`);
    return JSON.parse(answer.value) as Answers[Name];
  }

  /** Ends the process. */
  close(): void {
    this.#child.stdin?.end();
  }
}

/** What crosses from the sandbox, where a learner's code runs, to the code that judges it: plain data. */

/** What a learner's function computes: one operation after the other, each of earlier ones. */
export interface RecordedNode {
  readonly operation: RecordedOperation;
  /** Places of earlier nodes in the list. */
  readonly inputs: readonly number[];
  readonly shape: readonly number[];
  /** Name of an input. */
  readonly name?: string;
  /** Numbers of a constant. */
  readonly values?: readonly number[];
  /** Axes that a sum is over, a permutation, or one axis of a concatenation. */
  readonly axes?: readonly number[];
  readonly begin?: readonly number[];
  readonly end?: readonly number[];
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

export type RecordedOperation =
  | 'input'
  | 'constant'
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'maximum'
  | 'minimum'
  | 'sqrt'
  | 'abs'
  | 'exp'
  | 'log'
  | 'sum'
  | 'reshape'
  | 'transpose'
  | 'expand'
  | 'slice'
  | 'concat'
  | 'matMul';

/** A value that a learner's function is called with. */
export type Argument =
  | { readonly type: 'tensor'; readonly name: string; readonly shape: readonly number[] }
  | { readonly type: 'list'; readonly items: readonly Argument[] }
  | { readonly type: 'number'; readonly value: number }
  /** The picture that is painted. */
  | { readonly type: 'image' }
  /** TensorFlow 1's session. */
  | { readonly type: 'session' };

/** Asks the sandbox to call one of the learner's functions. */
export interface Call {
  readonly name: string;
  readonly arguments: readonly Argument[];
}

/** What a function returned. */
export type Returned =
  | { readonly type: 'node'; readonly node: number }
  | { readonly type: 'number'; readonly value: number }
  /** The painted picture as it was after so many updates. */
  | { readonly type: 'image'; readonly version: number }
  | { readonly type: 'json'; readonly text: string }
  /** Anything else, described. */
  | { readonly type: 'other'; readonly text: string };

/** What a loop did, in order. */
export type LoopEvent =
  | { readonly type: 'assign'; readonly value: 'start' | 'clipped' | 'other'; readonly version: number }
  | { readonly type: 'train' }
  /** `of` is the node whose gradient was taken; undefined where something else was applied. */
  | { readonly type: 'apply'; readonly of: number | undefined }
  | { readonly type: 'costs'; readonly names: readonly string[]; readonly id: number }
  | { readonly type: 'print'; readonly text: string }
  | { readonly type: 'save'; readonly path: string; readonly version: number | undefined };

/** A sentence about a learner's code, before it is put into words. */
export interface Found {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
  /** Where, counted from 1 in all the code that ran. */
  readonly line?: number | undefined;
}

/** What came of one call. */
export type Outcome =
  | {
      readonly nodes: readonly RecordedNode[];
      readonly returned: Returned;
      readonly events: readonly LoopEvent[];
    }
  | { readonly problem: Found };

/** What came of running the code. */
export type Report = { readonly outcomes: readonly Outcome[] } | { readonly problem: Found };

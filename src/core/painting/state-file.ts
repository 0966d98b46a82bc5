/**
 * The state of a painting as a file, from which the painting goes on. It is a safetensors file: arrays are its tensors,
 * numbers and what tells one painting from another are JSON in its metadata. Arrays come back bit by bit.
 */
import * as z from 'zod';
import type { Costs } from '../costs/objective/objective.js';
import { GivernyError, show } from '../errors.js';
import { hashOf, hashOfText } from '../graph/hash.js';
import {
  float32Of,
  parseSafetensorsHeader,
  type SafetensorsEntry,
  safetensorsHeaderSize,
  writeSafetensorsHeader,
} from '../networks/formats/safetensors.js';
import { scalesOf } from '../optimizers/packed.js';
import { type Recipe, recipeSchema } from './recipe.js';
import type { PaintState } from './state.js';

/** Numbers of a state: pictures and vectors of optimisers, of which packed ones are in 8 bits. */
export type StateArray = Float32Array | Int8Array;

/** What a state file holds. */
export interface StateFile {
  /** Of the picture so far: tells this painting from others. */
  readonly recipe: Recipe;
  readonly state: PaintState;
  /** How many steps the painting has at most. */
  readonly steps: number;
  /** Of the picture so far. */
  readonly costs: Costs;
  /** Time spent painting until now. */
  readonly seconds: number;
  /** What finds the pictures and networks again, as JSON; whoever writes the file knows its form. */
  readonly request: unknown;
}

/** A state file without its arrays. */
export interface StateHeader extends Omit<StateFile, 'state'> {
  /** Where the arrays lie, by their names. */
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  /** Hashes of the arrays. */
  readonly hashes: Readonly<Record<string, string>>;
  /** The state with a name in the place of each array. */
  readonly outline: unknown;
}

const FORMAT = 'giverny-state';
/** Rises when a reader of the version before would misread the file. */
const SCHEMA = '1';

/** Bytes of the file's start that say how long its header is. */
export const STATE_START_BYTES = 8;

/**
 * The bytes of a state file, in chunks: all but the first are views of the state's own arrays.
 *
 * @throws GivernyError STATE_INVALID where the state holds numbers that are not finite.
 */
export function encodeState({ state, ...about }: StateFile): Uint8Array[] {
  const arrays: Record<string, StateArray> = {};
  const outline = withoutArrays(state, '', arrays);
  const hashes = Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => {
      if (!allFinite(array))
        throw refusal('to write the state of a painting', `${name} holds numbers that are not finite`);
      return [name, hashOf(array)];
    }),
  );
  const painting = JSON.stringify({ ...about, state: outline, hashes });
  const shapes = Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => {
      return [name, { shape: [array.length], dtype: array instanceof Int8Array ? 'I8' : 'F32' } as const];
    }),
  );
  const metadata = {
    format: FORMAT,
    schema: SCHEMA,
    giverny: about.recipe.giverny,
    painting,
    hash: hashOfText(painting),
  };
  return [
    writeSafetensorsHeader(shapes, metadata),
    ...Object.values(arrays).map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    ),
  ];
}

/**
 * The state in a file's bytes; arrays are views of them where their alignment allows.
 *
 * @param file what sentences call it.
 * @param version of Giverny: another version's state would not become the same picture.
 * @throws GivernyError STATE_INVALID.
 */
export function decodeState(bytes: Uint8Array, file: string, version: string): StateFile {
  const header = readStateHeader(bytes, bytes.length, file, version);
  const arrays = Object.fromEntries(
    [...header.entries].map(([name, entry]) => [name, stateArrayOf(entry, bytes.subarray(entry.begin, entry.end))]),
  );
  return restoredState(header, arrays, file);
}

/** An array from its bytes; a view of them where their alignment allows. */
export function stateArrayOf({ dtype }: SafetensorsEntry, bytes: Uint8Array): StateArray {
  return dtype === 'I8' ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : float32Of(bytes);
}

/**
 * Bytes of the header, as told by the first bytes of a file.
 *
 * @throws GivernyError STATE_INVALID.
 */
export function stateHeaderBytes(start: Uint8Array, fileBytes: number, file: string): number {
  if (fileBytes === 0) throw notState(file, 'it is empty (0 bytes)');
  if (start.length < STATE_START_BYTES || start[6] !== 0 || start[7] !== 0) throw notState(file, 'it is another file');
  const size = within(file, () => safetensorsHeaderSize(start, file));
  if (size > fileBytes) throw notState(file, `it is another file, or cut short (${fileBytes} bytes)`);
  return size;
}

/**
 * Reads and checks all of a state file but its arrays.
 *
 * @param start the file's first bytes, at least up to the end of the header.
 * @param fileBytes length of the whole file.
 * @throws GivernyError STATE_INVALID.
 */
export function readStateHeader(start: Uint8Array, fileBytes: number, file: string, version: string): StateHeader {
  const size = stateHeaderBytes(start, fileBytes, file);
  const { entries, metadata, dataEnd } = within(file, () => parseSafetensorsHeader(start.subarray(0, size), file));
  if (metadata.format !== FORMAT) throw notState(file, 'it is a network or another file of tensors');
  if (dataEnd !== fileBytes) {
    throw notState(file, `it is ${dataEnd > fileBytes ? 'cut short' : 'too long'} (${fileBytes} of ${dataEnd} bytes)`);
  }
  const { giverny = '', painting = '' } = metadata;
  if (metadata.schema !== SCHEMA || giverny !== version) {
    throw refusal(
      `a state of Giverny ${version} in "${file}"`,
      `Giverny ${show(giverny)} wrote it: go on with that version`,
    );
  }
  if (metadata.hash !== hashOfText(painting)) throw altered(file, 'its metadata');
  const parsed = aboutSchema.safeParse(JSON.parse(painting));
  if (!parsed.success) throw notState(file, `its ${parsed.error.issues[0]?.path.join('.')} is wrong`, parsed.error);
  const { state: outline, ...about } = parsed.data;
  const names = Object.keys(about.hashes);
  if (names.length !== entries.size || names.some((name) => !['F32', 'I8'].includes(entries.get(name)?.dtype ?? ''))) {
    throw altered(file, 'its list of arrays');
  }
  return { ...about, entries, outline };
}

/** @throws GivernyError STATE_INVALID where an array is not the one that was written, or holds NaN or infinities. */
export function checkStateArray({ hashes }: StateHeader, name: string, array: StateArray, file: string): void {
  if (hashOf(array) !== hashes[name]) throw altered(file, name);
  if (!allFinite(array)) throw notState(file, `${name} holds numbers that are not finite`);
}

/**
 * The whole of a state file.
 *
 * @param arrays by the names of the header's entries.
 * @throws GivernyError STATE_INVALID.
 */
export function restoredState(
  header: StateHeader,
  arrays: Readonly<Record<string, StateArray>>,
  file: string,
): StateFile {
  for (const [name, array] of Object.entries(arrays)) checkStateArray(header, name, array, file);
  const { entries: _, hashes: __, outline, ...about } = header;
  const parsed = stateSchema.safeParse(withArrays(outline, arrays));
  if (!parsed.success) {
    throw notState(file, `its ${parsed.error.issues[0]?.path.join('.') || 'form'} is wrong`, parsed.error);
  }
  const state: PaintState = parsed.data;
  if (state.step !== about.recipe.steps) throw notState(file, 'its number of steps is wrong');
  const numbers = 3 * state.width * state.height;
  for (const [name, array] of Object.entries(arrays)) {
    const length = name.endsWith('.scales') ? scalesOf(numbers) : numbers;
    if (array.length !== length) throw notState(file, `${name} has ${array.length} numbers in place of ${length}`);
  }
  return { ...about, state };
}

const count = z.number().int().min(0);
const float32 = z.custom<Float32Array>((value) => value instanceof Float32Array, 'an array');

const int8 = z.custom<Int8Array>((value) => value instanceof Int8Array, 'an array in 8 bits');
const vector = z.union([float32, z.strictObject({ values: int8, scales: float32 })]);

const stateSchema = z.strictObject({
  scale: count,
  step: count,
  stepsHere: count,
  width: count,
  height: count,
  pixels: float32,
  optimizer: z.union([
    z.strictObject({ time: count, first: float32, second: float32, calming: z.number() }),
    z.strictObject({
      pairs: z.array(z.strictObject({ s: vector, y: vector, rho: z.number() })),
      firstStep: z.number(),
      arrived: z.boolean(),
    }),
  ]),
  average: z.strictObject({ sum: float32, rest: z.number() }).optional(),
  costs: z.array(z.number()),
});

const aboutSchema = z.strictObject({
  recipe: recipeSchema,
  steps: count,
  costs: z.custom<Costs>((value) => typeof value === 'object' && value !== null && 'total' in value, 'costs'),
  seconds: z.number(),
  request: z.unknown(),
  state: z.unknown(),
  hashes: z.record(z.string(), z.string()),
});

/** A value as JSON takes it, with names in the place of its arrays, which are collected. */
function withoutArrays(value: unknown, name: string, arrays: Record<string, StateArray>): unknown {
  if (value instanceof Float32Array || value instanceof Int8Array) {
    arrays[name] = value;
    return { array: name };
  }
  if (typeof value !== 'object' || value === null) return value;
  const below = (key: string | number) => (name === '' ? String(key) : `${name}.${key}`);
  if (Array.isArray(value)) return value.map((one, i) => withoutArrays(one, below(i), arrays));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutArrays(one, below(key), arrays)]));
}

/** The value of which `withoutArrays` made the outline. */
function withArrays(outline: unknown, arrays: Readonly<Record<string, StateArray>>): unknown {
  if (typeof outline !== 'object' || outline === null) return outline;
  if (Array.isArray(outline)) return outline.map((one) => withArrays(one, arrays));
  if ('array' in outline) return arrays[String(outline.array)];
  return Object.fromEntries(Object.entries(outline).map(([key, one]) => [key, withArrays(one, arrays)]));
}

function allFinite(array: StateArray): boolean {
  // One that is not makes the sum NaN; a plain loop, because arrays have tens of millions of numbers.
  let sum = 0;
  for (let i = 0; i < array.length; i++) sum += (array[i] as number) * 0;
  return sum === 0;
}

/** Turns what the reader of tensors refuses into our sentence. */
function within<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw notState(file, 'it is another file, or damaged', error);
  }
}

const altered = (file: string, what: string) => notState(file, `${what} was altered since it was written`);

function notState(file: string, why: string, cause?: unknown): GivernyError {
  return refusal(`the state of a painting in "${file}"`, why, cause);
}

function refusal(what: string, why: string, cause?: unknown): GivernyError {
  return new GivernyError('STATE_INVALID', `Expected ${what} but ${why}.`, { cause });
}

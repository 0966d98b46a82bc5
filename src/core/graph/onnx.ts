/**
 * Writes an ONNX model as protobuf bytes (onnx.proto, IR version 8, operator set 17): just the messages
 * and fields that our graphs need.
 */
import { joined } from '../bytes.js';
import type { Shape } from './tensor.js';

export type AttributeValue = number | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers, lists of integers, strings, or floats. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly shape: Shape;
}

export interface OnnxConstant extends OnnxValue {
  readonly data: Float32Array | BigInt64Array;
  /** Whether it is the default of an input, so that a run may be fed with another. */
  readonly isDefault?: boolean;
}

export interface OnnxModel {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxConstant[];
  /** In an order in which every node comes after those it reads. */
  readonly nodes: readonly OnnxNode[];
}

const IR_VERSION = 8;
const OPERATOR_SET = 17;
const FLOAT = 1;
export const INT64 = 7;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 };

/** The model's bytes. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const defaults = model.constants.filter(({ isDefault }) => isDefault);
  const graph = joined([
    ...model.nodes.map((node) => field(1, encodeNode(node))),
    field(2, text('giverny')),
    ...model.constants.map((constant) => field(5, encodeConstant(constant))),
    ...model.inputs.map((value) => field(11, encodeValue(value, FLOAT))),
    ...defaults.map((value) => field(11, encodeValue(value, typeOf(value)))),
    ...model.outputs.map((value) => field(12, encodeValue(value, FLOAT))),
  ]);
  return joined([
    field(1, IR_VERSION),
    field(2, text('giverny')),
    field(7, graph),
    field(8, joined([field(1, text('')), field(2, OPERATOR_SET)])),
  ]);
}

function encodeNode(node: OnnxNode): Uint8Array {
  return joined([
    ...node.inputs.map((input) => field(1, text(input))),
    ...node.outputs.map((output) => field(2, text(output))),
    field(4, text(node.operator)),
    ...Object.entries(node.attributes).map(([name, value]) => field(5, encodeAttribute(name, value))),
  ]);
}

function encodeAttribute(name: string, value: AttributeValue): Uint8Array {
  if (typeof value === 'number') {
    return joined([field(1, text(name)), field(3, value), field(20, ATTRIBUTE_TYPE.int)]);
  }
  if (typeof value === 'string') {
    return joined([field(1, text(name)), field(4, text(value)), field(20, ATTRIBUTE_TYPE.string)]);
  }
  if ('float' in value) {
    const bytes = new Uint8Array(Float32Array.of(value.float).buffer);
    return joined([field(1, text(name)), varint(2 * 8 + 5), bytes, field(20, ATTRIBUTE_TYPE.float)]);
  }
  return joined([field(1, text(name)), ...value.map((i) => field(8, i)), field(20, ATTRIBUTE_TYPE.ints)]);
}

function encodeConstant({ name, shape, data }: OnnxConstant): Uint8Array {
  return joined([
    ...shape.map((extent) => field(1, extent)),
    field(2, typeOf({ data })),
    field(8, text(name)),
    field(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

const typeOf = ({ data }: Pick<OnnxConstant, 'data'>) => (data instanceof Float32Array ? FLOAT : INT64);

function encodeValue({ name, shape }: OnnxValue, type: number): Uint8Array {
  const dimensions = joined(shape.map((extent) => field(1, joined([field(1, extent)]))));
  const tensorType = joined([field(1, type), field(2, dimensions)]);
  return joined([field(1, text(name)), field(2, joined([field(1, tensorType)]))]);
}

/** One field: a varint for a number, length-delimited for bytes. */
function field(number: number, value: number | Uint8Array): Uint8Array {
  if (typeof value === 'number') return joined([varint(number * 8), varint(value)]);
  return joined([varint(number * 8 + 2), varint(value.length), value]);
}

/** Base-128 of an int64; negative numbers as two's complement in ten bytes. */
function varint(value: number): Uint8Array {
  // Nearly all are lengths and extents, which need no big integers.
  if (value < 0) return negativeVarint(value);
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.of(...bytes, rest);
}

function negativeVarint(value: number): Uint8Array {
  const bits = BigInt.asUintN(64, BigInt(value));
  return Uint8Array.from({ length: 10 }, (_, i) => Number((bits >> BigInt(7 * i)) & 0x7fn) | (i < 9 ? 0x80 : 0));
}

/** Names here are ASCII. */
function text(value: string): Uint8Array {
  const bytes = new Uint8Array(value.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = value.charCodeAt(i);
  return bytes;
}

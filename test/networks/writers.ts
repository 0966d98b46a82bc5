/** Small networks in each format that is read, written piece by piece so that a test can make any piece lie. */
import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { sizeOf, type Tensor } from '../../src/core/graph/tensor.js';
import { vggTable } from '../../src/core/networks/network.js';

/** The fewest numbers that are a network with two blocks, exact in float16. */
export function tinyTensors(): Record<string, Tensor> {
  let next = 0;
  const numbers = (shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => ((next++ * 37) % 101) / 128 - 0.390625),
  });
  return Object.fromEntries(
    vggTable([[2, 1], [2]]).flatMap(({ name, inputChannels, outputChannels }) => [
      [`${name}.weight`, numbers([outputChannels, inputChannels, 3, 3])],
      [`${name}.bias`, numbers([outputChannels])],
    ]),
  );
}

const u8 = (...values: number[]) => Buffer.from(values);
const u16 = (value: number) => u8(value & 255, value >>> 8);
export const u32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
export const u64 = (value: number | bigint) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const floats = ({ data }: Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
const padded = (bytes: Buffer, to: number) => Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)]);

/** A zlib stream of `start`, then `megabytes` of zeros, a thousandth of their size; its checksum is missing. */
export function bomb(start: Uint8Array, megabytes: number): Buffer {
  const flushed = { finishFlush: constants.Z_FULL_FLUSH };
  const zeros = deflateRawSync(Buffer.alloc(2 ** 20), flushed);
  return Buffer.concat([u8(0x78, 0x9c), deflateRawSync(start, flushed), ...Array(megabytes).fill(zeros)]);
}

/** Pieces of MAT-files of level 5. */
export const mat = {
  element: (type: number, bytes: Buffer) => padded(Buffer.concat([u32(type, bytes.length), bytes]), 8),
  matrix: (kind: number, shape: number[], name: string, ...body: Buffer[]) =>
    mat.element(14, Buffer.concat([...mat.header(kind, shape, name), ...body])),
  header: (kind: number, shape: number[], name: string) => [
    mat.element(6, u32(kind, 0)),
    mat.element(5, u32(...shape)),
    mat.element(1, Buffer.from(name)),
  ],
  text: (text: string) => mat.matrix(4, [1, text.length], '', mat.element(16, Buffer.from(text))),
  numbers: (shape: number[], tensor: Tensor) => mat.matrix(7, shape, '', mat.element(7, floats(tensor))),
  cell: (name: string, items: Buffer[]) => mat.matrix(1, [1, items.length], name, ...items),
  struct: (name: string, fields: Record<string, Buffer>) =>
    mat.matrix(2, [1, 1], name, ...mat.fieldNames(Object.keys(fields)), ...Object.values(fields)),
  fieldNames: (names: string[]) => [
    Buffer.concat([u16(5), u16(4), u32(32)]),
    mat.element(1, Buffer.concat(names.map((name) => Buffer.concat([Buffer.from(name), Buffer.alloc(32)], 32)))),
  ],
  /** A compressed variable, of its zlib stream. */
  compressed: (stream: Buffer) => Buffer.concat([u32(15, stream.length), stream]),
  file(...variables: Buffer[]): Buffer {
    const header = Buffer.alloc(128, ' ');
    header.write('MATLAB 5.0 MAT-file');
    header.set([0, 1, 0x49, 0x4d], 124);
    return Buffer.concat([header, ...variables]);
  },
  layers(tensors: Record<string, Tensor>): Buffer {
    return mat.cell(
      'layers',
      Object.keys(tensors)
        .filter((key) => key.endsWith('.weight'))
        .map((key) => {
          const name = key.replace('.weight', '');
          const [weight, bias] = [tensors[key] as Tensor, tensors[`${name}.bias`] as Tensor];
          const kernel = mat.numbers([...weight.shape].reverse(), weight);
          const weights = mat.cell('', [kernel, mat.numbers([1, bias.data.length], bias)]);
          return mat.struct('', { name: mat.text(name), type: mat.text('conv'), weights });
        }),
    );
  },
};

/** The network as MatConvNet would write it, its variable compressed or not. */
export function matFile(tensors: Record<string, Tensor>, compress: boolean): Buffer {
  const layers = mat.layers(tensors);
  return mat.file(compress ? mat.compressed(deflateSync(layers)) : layers);
}

/** [C', C, 3, 3] as Keras has it, [3, 3, C, C'], the first layer's input reversed. */
function kerasKernel(layer: string, { shape, data }: Tensor): Tensor {
  const [outputs = 0, inputs = 0] = shape;
  const turned = new Float32Array(data.length);
  let to = 0;
  for (let place = 0; place < 9; place++) {
    for (let input = 0; input < inputs; input++) {
      const channel = layer === 'conv1_1' ? inputs - 1 - input : input;
      for (let output = 0; output < outputs; output++)
        turned[to++] = data[(output * inputs + channel) * 9 + place] as number;
    }
  }
  return { shape: [3, 3, inputs, outputs], data: turned };
}

/** Keras' arrays by layer: `block1_conv1` has `kernel:0` and `bias:0`. */
export function kerasArrays(tensors: Record<string, Tensor>): Record<string, Record<string, Tensor>> {
  return Object.fromEntries(
    Object.keys(tensors)
      .filter((key) => key.endsWith('.weight'))
      .map((key) => {
        const layer = key.replace('.weight', '');
        const kernel = kerasKernel(layer, tensors[key] as Tensor);
        const name = layer.replace(/conv(\d+)_(\d+)/, 'block$1_conv$2');
        return [name, { 'kernel:0': kernel, 'bias:0': tensors[`${layer}.bias`] as Tensor }];
      }),
  );
}

const NOWHERE = u64(2n ** 64n - 1n);

/** An HDF5 file in the making: everything is written behind what it refers to. */
export class Hdf5 {
  readonly #parts: Buffer[] = [Buffer.alloc(96)];
  #length = 96;

  /** Adds bytes and returns their address. */
  add(...bytes: Buffer[]): number {
    const address = this.#length;
    const part = padded(Buffer.concat(bytes), 8);
    this.#parts.push(part);
    this.#length += part.length;
    return address;
  }

  /** An object with messages, in version 1. */
  object(...messages: [type: number, content: Buffer][]): number {
    const body = Buffer.concat(
      messages.flatMap(([type, content]) => {
        const bytes = padded(content, 8);
        return [u16(type), u16(bytes.length), u32(0), bytes];
      }),
    );
    return this.add(u8(1, 0), u16(messages.length), u32(1, body.length, 0), body);
  }

  /** The same in version 2. */
  newObject(...messages: [type: number, content: Buffer][]): number {
    const body = Buffer.concat(messages.flatMap(([type, content]) => [u8(type), u16(content.length), u8(0), content]));
    return this.add(Buffer.from('OHDR'), u8(2, 2), u32(body.length), body, u32(0));
  }

  dataspace(shape: readonly number[]): [number, Buffer] {
    return [1, Buffer.concat([u8(1, shape.length, 0, 0), u32(0), ...shape.map(u64)])];
  }

  float32(): [number, Buffer] {
    return [3, Buffer.concat([u8(0x11, 0x20, 0x1f, 0), u32(4), u16(0), u16(32), u8(23, 8, 0, 23), u32(127)])];
  }

  dataset(tensor: Tensor): number {
    const address = this.add(floats(tensor));
    const layout = Buffer.concat([u8(3, 1), u64(address), u64(4 * tensor.data.length)]);
    return this.object(this.dataspace(tensor.shape), this.float32(), [8, layout]);
  }

  /** A dataset in chunks, each a zlib stream. */
  chunked(
    shape: readonly number[],
    chunk: readonly number[],
    chunks: readonly (readonly [number[], Buffer])[],
  ): number {
    const entries = chunks.map(([offset, stream]) => {
      const address = this.add(stream);
      return Buffer.concat([u32(stream.length, 0), ...offset.map(u64), u64(0), u64(address)]);
    });
    const tree = this.tree(1, 0, entries);
    const layout = Buffer.concat([u8(3, 2, chunk.length + 1), u64(tree), u32(...chunk, 4)]);
    const filters = Buffer.concat([u8(1, 1), Buffer.alloc(6), u16(1), u16(0), u16(1), u16(1), u32(6, 0)]);
    return this.object(this.dataspace(shape), this.float32(), [8, layout], [11, filters]);
  }

  tree(type: number, level: number, entries: readonly Buffer[]): number {
    return this.add(Buffer.from('TREE'), u8(type, level), u16(entries.length), NOWHERE, NOWHERE, ...entries, u64(0));
  }

  /** A group with a symbol table. */
  group(links: Readonly<Record<string, number>>): number {
    let names = Buffer.alloc(8);
    const entries = Object.entries(links).map(([name, address]) => {
      const at = names.length;
      names = Buffer.concat([names, padded(Buffer.from(`${name}\0`), 8)]);
      return Buffer.concat([u64(at), u64(address), u32(0, 0, 0, 0, 0, 0)]);
    });
    const node = this.add(Buffer.from('SNOD'), u8(1, 0), u16(entries.length), ...entries);
    const tree = this.tree(0, 0, [Buffer.concat([u64(0), u64(node)])]);
    const data = this.add(names);
    const heap = this.add(Buffer.from('HEAP'), u32(0), u64(names.length), NOWHERE, u64(data));
    return this.object([0x11, Buffer.concat([u64(tree), u64(heap)])]);
  }

  /** A group with link messages. */
  newGroup(links: Readonly<Record<string, number>>): number {
    return this.newObject(
      ...Object.entries(links).map(([name, address]): [number, Buffer] => [
        6,
        Buffer.concat([u8(1, 0, name.length), Buffer.from(name), u64(address)]),
      ]),
    );
  }

  file(root: number): Buffer {
    const start = Buffer.concat([
      u8(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0),
      ...[u64(0), NOWHERE, u64(this.#length), NOWHERE],
      ...[u64(0), u64(root), u32(0, 0, 0, 0, 0, 0)],
    ]);
    return Buffer.concat([start, ...this.#parts.slice(1)]);
  }
}

/** The network as Keras would write it: old groups and whole arrays, or new groups and chunks. */
export function kerasFile(tensors: Record<string, Tensor>, chunks: boolean): Buffer {
  const file = new Hdf5();
  const dataset = (tensor: Tensor) => {
    if (!chunks) return file.dataset(tensor);
    // Two chunks along the last axis, the second partly beyond it where that is odd.
    const half = Math.ceil((tensor.shape.at(-1) as number) / 2);
    const chunk = [...tensor.shape.slice(0, -1), half];
    const starts = half === tensor.shape.at(-1) ? [0] : [0, half];
    return file.chunked(
      tensor.shape,
      chunk,
      starts.map((start) => [[...chunk.slice(0, -1).fill(0), start], deflateSync(floats(part(tensor, start, half)))]),
    );
  };
  const group = (links: Record<string, number>) => (chunks ? file.newGroup(links) : file.group(links));
  const layers = Object.entries(kerasArrays(tensors)).map(([layer, arrays]) => [
    layer,
    group(Object.fromEntries(Object.entries(arrays).map(([name, tensor]) => [name, dataset(tensor)]))),
  ]);
  return file.file(group(Object.fromEntries(layers)));
}

/** Columns `start` to `start + count` of the last axis. */
function part({ shape, data }: Tensor, start: number, count: number): Tensor {
  const width = shape.at(-1) as number;
  const rows = data.length / width;
  const columns = Float32Array.from(
    { length: rows * count },
    (_, i) => data[Math.floor(i / count) * width + start + (i % count)] ?? 0,
  );
  return { shape: [rows, count], data: columns };
}

/** The network as TensorFlow.js has it: model.json and the bytes of its one shard. */
export function tfjsFiles(tensors: Record<string, Tensor>): { model: Record<string, unknown>; shard: Buffer } {
  const arrays = Object.entries(kerasArrays(tensors)).flatMap(([layer, { 'kernel:0': kernel, 'bias:0': bias }]) => [
    { name: `${layer}/kernel`, tensor: kernel as Tensor },
    { name: `${layer}/bias`, tensor: bias as Tensor },
  ]);
  const weights = arrays.map(({ name, tensor: { shape } }) => ({ name, shape, dtype: 'float32' }));
  return {
    model: { format: 'layers-model', weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights }] },
    shard: Buffer.concat(arrays.map(({ tensor }) => floats(tensor))),
  };
}

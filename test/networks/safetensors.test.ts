import { describe, expect, test } from 'vitest';
import { GivernyError } from '../../src/core/errors.js';
import type { Tensor } from '../../src/core/graph/tensor.js';
import { toNetwork } from '../../src/core/networks/formats/canonical.js';
import { fromHalf, toHalf } from '../../src/core/networks/formats/half.js';
import { readNetworkFile } from '../../src/core/networks/formats/read.js';
import { isSafetensors, readSafetensors, writeSafetensors } from '../../src/core/networks/formats/safetensors.js';
import type { Network } from '../../src/core/networks/network.js';
import { openNetwork } from '../../src/node/networks/open.js';
import { vgg19Path } from '../support/vgg19.js';
import { smallTensors } from './small.js';

/** A file of a given header, and `dataBytes` zeros. */
function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return new Uint8Array(Buffer.concat([length, json, Buffer.alloc(dataBytes)]));
}

const entry = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('readSafetensors', () => {
  test('what was written, without copying it', () => {
    const bytes = writeSafetensors(smallTensors(), { mean: '1,2,3' });
    const { tensors, metadata } = readSafetensors(bytes, 'small');
    expect(tensors).toEqual(smallTensors());
    expect(metadata).toEqual({ mean: '1,2,3' });
    expect(tensors['conv1_1.weight']?.data.buffer).toBe(bytes.buffer);
    const misaligned = new Uint8Array(bytes.length + 1).subarray(1);
    misaligned.set(bytes);
    expect(readSafetensors(misaligned, 'small').tensors).toEqual(smallTensors());
  });

  test('float16 and bfloat16', () => {
    const half = readSafetensors(writeSafetensors(smallTensors(), {}, 'F16'), 'half');
    expect(half.tensors).toEqual(smallTensors());
    const bfloat = fileOf({ a: entry(0, 4, [2], 'BF16') }, 4);
    bfloat.set([0xc0, 0x3f, 0x00, 0xc1], bfloat.length - 4);
    expect(readSafetensors(bfloat, 'bfloat').tensors.a?.data).toEqual(Float32Array.of(1.5, -8));
  });

  test.each([
    [
      'a header too long',
      new Uint8Array([0, 0, 0, 0, 1, 0, 0, 0, 0x7b]),
      /Expected a header of at most 10000000 bytes in x but found the length/,
    ],
    ['a header cut short', fileOf({ a: entry(0, 4) }, 4).subarray(0, 20), /Expected a header of \d+ bytes in x/],
    ['bad JSON', fileOf('{"a":', 0), /Expected a safetensors header in JSON in x but found none/],
    ['no object', fileOf('{}[]', 0), /Expected a safetensors header in JSON/],
    ['an overlap', fileOf({ a: entry(0, 8), b: entry(4, 12) }, 12), /Expected "b" to begin at byte/],
    ['a gap', fileOf({ a: entry(0, 4), b: entry(8, 12) }, 12), /Expected "b" to begin at byte/],
    ['an offset out of range', fileOf({ a: entry(0, 400) }, 4), /Expected \d+ bytes in all in x but found/],
    ['bytes left over', fileOf({ a: entry(0, 4) }, 8), /Expected \d+ bytes in all/],
    ['a negative offset', fileOf({ a: entry(-4, 4) }, 4), /Expected a type, a shape and two offsets for "a"/],
    ['a huge offset', fileOf({ a: entry(0, 2 ** 60) }, 4), /Expected a type, a shape and two offsets for "a"/],
    ['a shape of other bytes', fileOf({ a: entry(0, 4, [2]) }, 4), /Expected 8 bytes for "a" in x but found 4/],
    ['an overflowing shape', fileOf({ a: entry(0, 4, [2 ** 40, 2 ** 40]) }, 4), /bytes for "a"/],
    ['an unknown type', fileOf({ a: entry(0, 4, [1], 'Q4') }, 4), /Expected a type/],
    ['a type of another object', fileOf({ a: entry(0, 4, [1], 'toString') }, 4), /Expected a type/],
    ['8-bit numbers', fileOf({ a: entry(0, 4, [4], 'U8') }, 4), /Expected "a" as F32, F16 or BF16 in x but found U8/],
    ['signed 8-bit numbers', fileOf({ a: entry(0, 4, [4], 'I8') }, 4), /but found I8/],
    ['a type named like a property', fileOf({ a: entry(0, 4, [1], '__proto__') }, 4), /Expected a type/],
    [
      'a tensor twice',
      fileOf(`{"a":${JSON.stringify(entry(0, 4))},"a":${JSON.stringify(entry(0, 4))}}`, 4),
      /Expected each tensor once in x but found 2 of 1 different names/,
    ],
    [
      'a header nested deep',
      fileOf(`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 0),
      /Expected a safetensors header nested at most 64 deep in x but found a depth of 20001/,
    ],
    [
      'an entry nested deep',
      fileOf(`{"a":${'['.repeat(50)}${']'.repeat(50)}}`, 0),
      /for "a" in x but found \[\[\[\.\.\.\]\]\]\./,
    ],
    [
      'too many axes',
      fileOf({ a: entry(0, 4, Array(33).fill(1)) }, 4),
      /Expected at most 32 axes for "a" in x but found 33/,
    ],
    ['control characters', fileOf({ 'a\x1b[2J': entry(0, 4, [2]) }, 4), /for "a\\x1b\[2J" in x/],
    ['a long name', fileOf({ ['a'.repeat(1e6)]: entry(0, 4, [2]) }, 4), /^.{0,200}$/],
    ['metadata of numbers', fileOf({ __metadata__: { a: 1 } }, 0), /Expected texts as metadata/],
  ])('%s', (_, bytes, sentence) => {
    let error: unknown;
    try {
      readSafetensors(bytes, 'x');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(GivernyError);
    expect(error).toMatchObject({ code: 'NETWORK_FORMAT', message: expect.stringMatching(sentence) });
  });

  test('a tensor named like a property of objects', () => {
    const bytes = fileOf(`{"__proto__":${JSON.stringify(entry(0, 4))}}`, 4);
    expect(isSafetensors(bytes)).toBe(true);
    expect(Object.keys(readSafetensors(bytes, 'x').tensors)).toEqual(['__proto__']);
  });
});

describe('half precision', () => {
  test('every half comes back', () => {
    for (let half = 0; half < 0x10000; half++) {
      const value = fromHalf(half);
      if (Number.isNaN(value)) expect(toHalf(value)).toBe(0x7e00);
      else if (toHalf(value) !== half) expect([half, value]).toEqual([toHalf(value), value]);
    }
  });

  test('rounds to the nearest, ties to even', () => {
    const halves = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 3 * 2 ** -25, 65519, 65520, -1e9, 1e-9];
    const rounded = [1, 1 + 2 ** -9, 0, 2 ** -23, 65504, Infinity, -Infinity, 0];
    expect(halves.map((value) => fromHalf(toHalf(value)))).toEqual(rounded);
  });
});

describe('toNetwork', () => {
  const read = async (tensors: Record<string, Tensor>, metadata = {}) =>
    toNetwork('small', await readNetworkFile('small', writeSafetensors(tensors, metadata)));

  test('layers, mean and taps, and nothing else', async () => {
    const tap = { shape: [7, 6, 1, 1], data: new Float32Array(42) };
    const extra = { shape: [1], data: new Float32Array(1) };
    const network = await read({ extra, 'conv2_1.tap': tap, ...smallTensors() }, { mean: '1,2.5,3' });
    expect(network.mean).toEqual([1, 2.5, 3]);
    expect(Object.keys(network.tensors)).toEqual([
      ...['conv1_1.weight', 'conv1_1.bias', 'conv1_2.weight', 'conv1_2.bias'],
      ...['conv2_1.weight', 'conv2_1.bias', 'conv2_1.tap', 'conv2_2.weight', 'conv2_2.bias'],
    ]);
  });

  test('the hash is of the numbers, the names and the mean, not of their order in the file', async () => {
    const { hash } = await read(smallTensors());
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect((await read(Object.fromEntries(Object.entries(smallTensors()).reverse()))).hash).toBe(hash);
    expect((await read(smallTensors(), { mean: '1,2,3' })).hash).not.toBe(hash);
    const other = smallTensors();
    (other['conv2_2.bias'] as Tensor).data[2] = 1;
    expect((await read(other)).hash).not.toBe(hash);
    expect((await read(smallTensors(), { hash })).hash).toBe(hash);
    await expect(read(other, { hash })).rejects.toThrow(/^Expected the hash .* as its file states, but found/);
  });

  test('pools where the file says, which is part of the hash', async () => {
    const strides = (network: Network) => network.convolutions.map(({ pools }) => 2 ** pools);
    const plain = await read(smallTensors());
    expect(strides(plain)).toEqual([1, 1, 2, 2]);
    const early = await read(smallTensors(), { pooled: 'conv1_2,conv2_2' });
    expect(strides(early)).toEqual([1, 2, 2, 4]);
    expect(early.hash).not.toBe(plain.hash);
    expect((await read(smallTensors(), { pooled: 'conv2_2,conv1_2' })).hash).toBe(early.hash);
    // The usual layout said aloud is the usual network.
    expect(await read(smallTensors(), { pooled: 'conv2_1' })).toEqual(plain);
  });

  test.each(['', 'conv1_1', 'conv9_1', 'conv1_2,conv1_2', 'conv1_2 conv2_1', '[1,2]', '__proto__'])(
    'pools before what is no layer behind the first: "%s"',
    async (pooled) => {
      await expect(read(smallTensors(), { pooled })).rejects.toMatchObject({
        code: 'NETWORK_FORMAT',
        message: `Expected at most 11 layers behind conv1_1, each once, as pooled in small but found "${pooled}".`,
      });
    },
  );

  test.each<[string, (tensors: Record<string, Tensor>) => void, RegExp]>([
    [
      'no channels',
      (t) => {
        Object.assign(t, { 'conv2_2.weight': { shape: [0, 6, 3, 3], data: new Float32Array(0) } });
        Object.assign(t, { 'conv2_2.bias': { shape: [0], data: new Float32Array(0) } });
      },
      /Expected 1 to 8192 channels for conv2_2\.weight in small but found 0/,
    ],
    [
      'too many channels',
      (t) => Object.assign(t, { 'conv1_1.weight': { shape: [9000, 3, 3, 3], data: new Float32Array(9000 * 27) } }),
      /channels for conv1_1\.weight in small but found 9000/,
    ],
    [
      'a tap without channels',
      (t) => Object.assign(t, { 'conv1_1.tap': { shape: [0, 4, 1, 1], data: new Float32Array(0) } }),
      /channels for conv1_1\.tap in small but found 0/,
    ],
    ['too many blocks', (t) => Object.assign(t, { 'conv13_1.bias': t['conv1_1.bias'] }), /at most 12 blocks/],
    [
      'a block that is missing',
      (t) => Object.assign(t, { 'conv4_1.bias': t['conv1_1.bias'] }),
      /a tensor conv3_1\.weight/,
    ],
    [
      'infinity',
      (t) => t['conv2_1.bias']?.data.set([Number.NEGATIVE_INFINITY], 1),
      /conv2_1\.bias in small but found -Infinity/,
    ],
    ['a missing bias', (t) => delete t['conv1_2.bias'], /Expected a tensor conv1_2\.bias in small/],
    ['a number that is none', (t) => t['conv2_1.weight']?.data.set([Number.NaN], 9), /finite numbers for conv2_1/],
    ['a misshaped tap', (t) => Object.assign(t, { 'conv1_1.tap': { shape: [1], data: new Float32Array(1) } }), /tap/],
    [
      'a huge index',
      (t) => Object.assign(t, { 'conv1_999.bias': t['conv1_1.bias'] }),
      /at most 12 blocks of 64 convolutions in small but found conv1_999\.bias/,
    ],
  ])('%s', async (_, change, sentence) => {
    const tensors = smallTensors();
    change(tensors);
    await expect(read(tensors)).rejects.toMatchObject({
      code: 'NETWORK_TENSOR',
      message: expect.stringMatching(sentence),
    });
  });

  test('costChannels beyond what a layer can have', async () => {
    const costChannels = JSON.stringify({ conv1_1: 1e300 });
    await expect(read(smallTensors(), { costChannels })).rejects.toThrow('for costChannels in small but found "{');
  });

  test('a bad mean', async () => {
    await expect(read(smallTensors(), { mean: '1,2,1e30' })).rejects.toThrow('as mean in small but found 1,2,1e+30.');
    await expect(read(smallTensors(), { mean: '1,2' })).rejects.toThrow('Expected three numbers as mean in small');
  });
});

test.each([
  ['', 'an empty file'],
  ['PK\u0003\u0004', 'a zip archive, such as .pth, .keras or .npz'],
  ['<!DOCTYPE html><p>Log in', 'a web page'],
  ['version https://git-lfs.github.com/spec/v1', 'a git LFS pointer, not the file itself'],
  ['{"a": 1}', 'something else'],
])('what is no network: %s', async (text, found) => {
  await expect(readNetworkFile('file', Buffer.from(text))).rejects.toThrow(`in file but found ${found}.`);
});

test.skipIf(!vgg19Path)('VGG-19 itself (skipped where GIVERNY_VGG19 names no file)', async () => {
  const network = await openNetwork(vgg19Path as string);
  expect(network.convolutions).toHaveLength(16);
  expect(network.tensors['conv5_4.weight']?.shape).toEqual([512, 512, 3, 3]);
});

/** Network files that lie: each is a network or refused with a sentence, soon and in little memory. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GivernyError } from '../../src/core/errors.js';
import { toNetwork } from '../../src/core/networks/formats/canonical.js';
import { readNetworkFile } from '../../src/core/networks/formats/read.js';
import { writeSafetensors } from '../../src/core/networks/formats/safetensors.js';
import type { Network } from '../../src/core/networks/network.js';
import { seededNumbers } from '../support/random.js';
import { hasPython, writeWithPython } from './small.js';
import { bomb, Hdf5, kerasFile, mat, matFile, tfjsFiles, tinyTensors, u32, u64 } from './writers.js';

type ReadBeside = (path: string, maxBytes: number) => Promise<Uint8Array>;

const LIMITS = { cpuMs: 1000, megabytes: 200 };

/** Reads a network, or its refusal, within the limits. */
async function read(bytes: Uint8Array, beside?: ReadBeside): Promise<Network | GivernyError> {
  const before = { cpu: process.cpuUsage(), peakKb: process.resourceUsage().maxRSS };
  let outcome: Network | GivernyError;
  try {
    outcome = await toNetwork('lying', await readNetworkFile('lying', bytes, beside));
  } catch (error) {
    if (!(error instanceof GivernyError)) throw error;
    outcome = error;
  }
  // Time of the processor, not of the clock: other work on the machine is no fault of the reader's.
  const { user, system } = process.cpuUsage(before.cpu);
  expect((user + system) / 1000, 'ms').toBeLessThan(LIMITS.cpuMs);
  expect((process.resourceUsage().maxRSS - before.peakKb) / 1024, 'MB').toBeLessThan(LIMITS.megabytes);
  if (outcome instanceof GivernyError) {
    expect(['NETWORK_FORMAT', 'NETWORK_TENSOR'], outcome.stack).toContain(outcome.code);
    expect(outcome.message).toMatch(/^Expected .* but (found .*|it has none)\.$/);
    expect(outcome.message).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(outcome.message.length).toBeLessThan(2000);
  }
  return outcome;
}

async function expectRefusal(sentence: RegExp, bytes: Uint8Array, beside?: ReadBeside): Promise<void> {
  const outcome = await read(bytes, beside);
  expect(outcome).toBeInstanceOf(GivernyError);
  expect((outcome as GivernyError).message).toMatch(sentence);
}

const tiny = tinyTensors();
const { model, shard } = tfjsFiles(tiny);
const json = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const torchvision = Object.fromEntries(
  Object.entries(tiny).map(([name, tensor]) => [
    `features.${{ conv1_1: 0, conv1_2: 2, conv2_1: 5 }[name.split('.')[0] as string]}.${name.split('.')[1]}`,
    tensor,
  ]),
);

/** A good file of each format, and what lies beside it. */
const GOOD: readonly [name: string, bytes: Uint8Array, beside?: ReadBeside][] = [
  ['safetensors', writeSafetensors(tiny, { mean: '1,2,3', costChannels: '{"conv1_1":64}' })],
  ['float16', writeSafetensors(tiny, {}, 'F16')],
  ['torchvision', writeSafetensors(torchvision)],
  ['MAT', matFile(tiny, false)],
  ['MAT, compressed', matFile(tiny, true)],
  ['HDF5', kerasFile(tiny, false)],
  ['HDF5, new groups and chunks', kerasFile(tiny, true)],
  ['TensorFlow.js', json(model), async () => shard],
];

test.each(GOOD)('a good file is read: %s', async (name, bytes, beside) => {
  const network = await read(bytes, beside);
  expect((network as Network).tensors).toMatchObject(
    name === 'torchvision' ? { 'conv2_1.bias': tiny['conv2_1.bias'] } : tiny,
  );
});

describe('MAT-files with bombs', () => {
  const variable = (kind: number, shape: number[], name = 'layers') => Buffer.concat(mat.header(kind, shape, name));
  const inMatrix = (bytes: Buffer, length = 2 ** 31) => Buffer.concat([u32(14, length), bytes]);
  const [flags, shape] = mat.header(1, [1, 1], '') as [Buffer, Buffer, Buffer];
  const cells = (count: number) => variable(1, [1, count]);
  test.each<[string, Buffer, RegExp]>([
    ['its flags', u32(6, 2 ** 30), /at most 16 bytes for the flags of an array in lying but found 1073741824/],
    ['its shape', Buffer.concat([flags, u32(5, 2 ** 30)]), /at most 256 bytes for the shape of an array/],
    ['its name', Buffer.concat([flags, shape, u32(1, 2 ** 30)]), /at most 255 bytes for the name of an array/],
    ['a cell', cells(2 ** 30), /at most 20000 arrays in all/],
    ['the items of a cell', cells(19_000), /a matrix element in lying but found another one/],
    [
      'an item of a cell',
      Buffer.concat([cells(1), u32(14, 2 ** 30), variable(7, [1, 1e6], '')]),
      /1000000 numbers for an array of shape/,
    ],
    [
      'names of fields',
      Buffer.concat([variable(2, [1, 1]), mat.element(5, u32(64)), u32(1, 2 ** 30)]),
      /at most 64000 bytes for names of fields/,
    ],
    [
      'the length of field names',
      Buffer.concat([variable(2, [1, 1]), mat.element(5, u32(2 ** 30))]),
      /names of fields of 1 to 255 bytes in lying but found 1073741824/,
    ],
    ['a text', Buffer.concat([variable(4, [1, 4]), u32(16, 2 ** 30)]), /at most 10000 bytes for a text/],
    ['a long text', variable(4, [1, 2 ** 30]), /arrays of a plausible size/],
    [
      'numbers',
      Buffer.concat([variable(7, [3, 3, 1e4, 1e4]), u32(7, 36e8)]),
      /more bytes in lying but found its end|plausible size/,
    ],
    ['numbers that are not wanted', Buffer.concat([variable(7, [1, 1e8]), u32(7, 4e8)]), /arrays of a plausible size/],
  ])('%s', async (_, start, sentence) => {
    const stream = bomb(inMatrix(start), 256);
    expect(stream.length).toBeLessThan(300_000);
    await expectRefusal(sentence, mat.file(mat.compressed(stream)));
    // The same without compression: lengths alone.
    const outcome = await read(mat.file(inMatrix(start, start.length), Buffer.alloc(64)));
    expect(outcome).toBeInstanceOf(GivernyError);
  });

  test('bytes after the array', async () => {
    const layers = mat.layers(tiny);
    await expectRefusal(/an array to end where it says/, mat.file(mat.compressed(bomb(layers, 256))));
  });

  test('a variable that is of no use is not inflated', async () => {
    const stream = bomb(inMatrix(variable(7, [1, 1e8], 'other')), 256);
    const outcome = await read(mat.file(mat.compressed(stream), mat.layers(tiny)));
    expect(outcome).not.toBeInstanceOf(Error);
  });

  test('cells nested deep, many empty structs, and many variables', async () => {
    let deep = mat.text('x');
    for (let i = 0; i < 40; i++) deep = mat.cell(i === 39 ? 'layers' : '', [deep]);
    await expectRefusal(/at most 16 levels of nesting/, mat.file(deep));
    const empty = mat.matrix(2, [1, 10_000], '', ...mat.fieldNames([]));
    await expectRefusal(/at most 20000 arrays in all/, mat.file(mat.cell('layers', Array(100).fill(empty))));
    await expectRefusal(
      /at most 1000 variables/,
      mat.file(...Array(5000).fill(mat.compressed(deflateSync(mat.text('x'))))),
    );
  });

  test('a mean that is no number, and a layer twice', async () => {
    const mean = { shape: [3], data: Float32Array.of(1, Number.NaN, 3) };
    const normalization = mat.struct('normalization', { averageImage: mat.numbers([1, 1, 3], mean) });
    await expectRefusal(/as mean in lying but found 1,NaN,3/, mat.file(mat.layers(tiny), normalization));
    const layer = mat.struct('', {
      name: mat.text('conv1_1'),
      type: mat.text('conv'),
      weights: mat.cell('', [
        mat.numbers([3, 3, 1, 1], { shape: [9], data: new Float32Array(9) }),
        mat.numbers([1, 1], { shape: [1], data: new Float32Array(1) }),
      ]),
    });
    await expectRefusal(
      /one layer conv1_1 in lying but found another one/,
      mat.file(mat.cell('layers', [layer, layer])),
    );
  });
});

describe('HDF5 files that lead astray', () => {
  const chunkBomb = (shape: number[], chunk: number[], chunks: [number[], Buffer][]) => {
    const file = new Hdf5();
    return file.file(file.group({ block1_conv1: file.newGroup({ kernel: file.chunked(shape, chunk, chunks) }) }));
  };
  const zeros = bomb(Buffer.alloc(0), 256);

  test('a chunk that swells', async () => {
    await expectRefusal(
      /chunks of 108 bytes for "block1_conv1\/kernel" in lying but found 113/,
      chunkBomb([3, 3, 3, 1], [3, 3, 3, 1], [[[0, 0, 0, 0], zeros]]),
    );
    await expectRefusal(
      /arrays of a plausible size/,
      chunkBomb([3, 3, 8192, 8192], [3, 3, 8192, 8192], [[[0, 0, 0, 0], zeros]]),
    );
  });

  test('chunks larger than the array, too many, twice, or missing', async () => {
    const stream = deflateSync(Buffer.alloc(4));
    await expectRefusal(
      /arrays of a plausible size/,
      chunkBomb([3, 3, 3, 1], [4e9, 4e9, 4e9, 4e9], [[[0, 0, 0, 0], stream]]),
    );
    await expectRefusal(
      /1 chunks of .* but found 2\./,
      chunkBomb(
        [1],
        [1],
        [
          [[0], stream],
          [[0], stream],
        ],
      ),
    );
    await expectRefusal(
      /each chunk of .* once in lying but found one at \[0\]/,
      chunkBomb(
        [2],
        [1],
        [
          [[0], stream],
          [[0], stream],
        ],
      ),
    );
    await expectRefusal(/each chunk of .* once in lying but found one at \[7\]/, chunkBomb([1], [1], [[[7], stream]]));
    await expectRefusal(/5000000 chunks of/, chunkBomb([5e6], [1], [[[0], stream]]));
    await expectRefusal(/chunks of .* that fit its shape \[3\]/, chunkBomb([3], [0], []));
  });

  test('a tree whose nodes contain each other', async () => {
    const file = new Hdf5();
    const child = (address: number) => Buffer.concat([u64(0), u64(address)]);
    const heap = file.add(Buffer.from('HEAP'), u32(0), u64(0), u64(0), u64(0));
    let tree = file.tree(0, 0, Array(200).fill(child(96)));
    for (let level = 1; level < 100; level++) tree = file.tree(0, level, Array(200).fill(child(tree)));
    await expectRefusal(
      /at most 500000 structures/,
      file.file(file.object([0x11, Buffer.concat([u64(tree), u64(heap)])])),
    );
  });

  test('a group inside itself, and the same array ten thousand times', async () => {
    const file = new Hdf5();
    const at = file.newGroup({ block1_conv1: 0 });
    const self = file.file(at);
    self.writeBigUInt64LE(BigInt(at), at + 10 + 4 + 3 + 12);
    await expectRefusal(/layers block1_conv1/, self);

    const many = new Hdf5();
    const array = many.dataset({ shape: [3, 3, 100, 100], data: new Float32Array(90_000) });
    const node = many.newGroup(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, array])));
    const groups = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`block1_conv${i + 1}`, node]));
    await expectRefusal(/arrays of a plausible size|at most 10000 groups/, many.file(many.newGroup(groups)));
  });

  test('an object that continues in itself', async () => {
    const file = new Hdf5();
    const at = file.newObject([0x10, Buffer.concat([u64(0), u64(40)])]);
    const bytes = file.file(at);
    bytes.writeBigUInt64LE(BigInt(at), at + 14);
    await expectRefusal(/the structure OCHK/, bytes);
  });

  test('a kernel of no numbers with inputs without end', async () => {
    const file = new Hdf5();
    const kernel = file.dataset({ shape: [3, 3, 2 ** 50, 0], data: new Float32Array(0) });
    await expectRefusal(
      /1 to 8192 channels for "block1_conv1\/kernel" in lying but found \[3,3,1125899906842624,0\]/,
      file.file(file.group({ block1_conv1: file.group({ kernel }) })),
    );
  });

  test('a shape that the file cannot hold', async () => {
    const file = new Hdf5();
    const layout = Buffer.concat([Buffer.from([3, 1]), u64(96), u64(2 ** 40)]);
    const array = file.object(file.dataspace([3, 3, 2 ** 20, 2 ** 20]), file.float32(), [8, layout]);
    await expectRefusal(
      /arrays of a plausible size/,
      file.file(file.group({ block1_conv1: file.group({ kernel: array }) })),
    );
  });
});

describe('TensorFlow.js files that lie', () => {
  const [group] = model.weightsManifest as [{ paths: string[]; weights: object[] }];
  const withPaths = (paths: string[]) => json({ ...model, weightsManifest: [{ ...group, paths }] });

  test('a shard listed 500 times is not read', async () => {
    let asked = 0;
    const beside: ReadBeside = async () => {
      asked++;
      return shard;
    };
    for (const paths of [Array(500).fill('a.bin'), ['a.bin', './a.bin'], ['a.bin', 'A.bin']]) {
      await expectRefusal(/each shard once in lying but found ".*a\.bin" again/i, withPaths(paths), beside);
    }
    const twice = { ...model, weightsManifest: [group, { ...group, weights: [] }] };
    await expectRefusal(/each shard once/, json(twice), beside);
    expect(asked).toBe(0);
  });

  test('no shard is asked for more bytes than the arrays need', async () => {
    const asked: number[] = [];
    const beside: ReadBeside = async (_, maxBytes) => {
      asked.push(maxBytes);
      return new Uint8Array(10);
    };
    await expectRefusal(/bytes in the shards of lying but found 30/, withPaths(['a', 'b', 'c']), beside);
    expect(asked).toEqual([shard.length, shard.length - 10, shard.length - 20]);
    await expectRefusal(
      /bytes in the shards of lying but found more/,
      withPaths(['a']),
      async () => new Uint8Array(1e6),
    );
  });

  test.each(['../x', '/x', 'C:x', '\\\\server\\x', 'a/../x', '.', '', 'a//x'])('the shard "%s"', async (name) => {
    await expectRefusal(/Expected shards beside it in lying but found/, withPaths([name]));
  });

  test('arrays too large, of unknown types, and JSON nested deep', async () => {
    const weights = [{ name: 'block1_conv1/kernel', shape: [3, 3, 1e6, 1e6], dtype: 'float32' }];
    await expectRefusal(
      /arrays of at most 1073741824 bytes in all/,
      json({ ...model, weightsManifest: [{ ...group, weights }] }),
    );
    const named = [{ name: '\x1b[2J', shape: [1], dtype: 'toString' }];
    await expectRefusal(
      /known type for "\\x1b\[2J" in lying but found "toString"/,
      json({ ...model, weightsManifest: [{ ...group, weights: named }] }),
    );
    const deep = `{"weightsManifest":[],"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`;
    await expectRefusal(/a model\.json nested at most 64 deep in lying but found a depth of 100001/, json(deep));
    await expectRefusal(
      /a model\.json of at most 10000000 bytes/,
      json(`{"weightsManifest":[],"a":"${'x'.repeat(1e7)}"}`),
    );
    await expectRefusal(/a model\.json in JSON/, json('{"weightsManifest":['));
  });
});

describe('four hundred changes to each format', () => {
  /** Changes bytes where the structure of a file is likely to be: anywhere, more often near the start. */
  function mutate(good: Uint8Array, random: () => number): Uint8Array {
    const below = (n: number) => Math.floor(random() * n);
    const place = () => below(random() < 0.5 ? Math.min(good.length, 400) : good.length);
    const bytes = Buffer.from(good);
    const kind = below(6);
    if (kind === 0) return bytes.subarray(0, below(bytes.length));
    if (kind === 1) {
      // Two pieces change places.
      const [a, b] = [place(), place()].sort((x, y) => x - y) as [number, number];
      const c = b + below(bytes.length - b);
      return Buffer.concat([bytes.subarray(0, a), bytes.subarray(b, c), bytes.subarray(a, b), bytes.subarray(c)]);
    }
    if (kind === 2) {
      const [at, end] = [place(), place()].sort((x, y) => x - y) as [number, number];
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    }
    for (let i = 0; i <= below(3); i++) {
      const at = place();
      if (kind === 3) bytes[at] = (bytes[at] as number) ^ (1 << below(8));
      else if (kind === 4)
        bytes.fill([0, 0xff, below(256)][below(3)] as number, at, Math.min(bytes.length, at + 1 + below(8)));
      else {
        // A length or an address.
        const value = [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53, bytes.length, below(bytes.length)][below(7)] as number;
        const field = below(2) ? u64(value) : u32(value);
        field.copy(bytes, at - (at % 4));
      }
    }
    return bytes;
  }

  let folder = '';
  beforeAll(() => {
    if (hasPython) folder = writeWithPython();
  });
  afterAll(() => {
    if (folder) rmSync(folder, { recursive: true });
  });

  async function fuzz(bytes: Uint8Array, times: number, seed: number, beside?: ReadBeside) {
    const random = seededNumbers(seed);
    let refused = 0;
    for (let i = 0; i < times; i++) {
      const outcome = await read(
        mutate(bytes, random),
        beside && (async () => (random() < 0.1 ? mutate(shard, random) : shard)),
      );
      if (outcome instanceof GivernyError) refused++;
    }
    return refused;
  }

  test.each(GOOD)('%s', async (_, bytes, beside) => {
    const refused = await fuzz(bytes, 400, 1, beside);
    // Most changes hit a structure; some but change a number.
    expect(refused).toBeGreaterThan(100);
    expect(refused).toBeLessThan(400);
  });

  test.skipIf(!hasPython)(
    'files of other programs (skipped without /usr/bin/python3 with numpy, scipy and h5py)',
    async () => {
      for (const name of readdirSync(folder).filter((file) => /\.(h5|mat|safetensors)$/.test(file))) {
        const bytes = readFileSync(path.join(folder, name));
        expect(await fuzz(bytes, bytes.length > 1e6 ? 20 : 100, 2), name).toBeGreaterThan(0);
      }
    },
  );
});

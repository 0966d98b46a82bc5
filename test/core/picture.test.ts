import { describe, expect, test } from 'vitest';
import {
  fromBytes,
  fromImageData,
  fromRgba,
  picture,
  toBytes,
  toFloats,
  toImageData,
} from '../../src/core/pictures/picture.js';
import { waves } from '../support/pictures.js';

test('arrays come back, bytes truncated and floats as they are', () => {
  const source = waves(5, 4);
  expect(fromBytes(5, 4, toFloats(source))).toEqual(source);
  expect(fromBytes(5, 4, toBytes(source)).data).toEqual(source.data.map(Math.trunc));
  expect(toFloats(picture(1, 1, Float32Array.of(-3, 0.5, 300)))).toEqual(Float32Array.of(-3, 0.5, 300));
  expect(fromBytes(1, 1, [1, 2, 3.5]).data).toEqual(Float32Array.of(1, 2, 3.5));
});

test('a canvas comes back, with and without transparency', () => {
  const source = waves(5, 4);
  const alpha = Uint8Array.from({ length: 20 }, (_, i) => 255 - i);
  const { width, height, data } = toImageData({ picture: source, alpha });
  expect([width, height, data.length]).toEqual([5, 4, 80]);
  expect(fromImageData({ width, height, data })).toEqual({ picture: fromBytes(5, 4, toBytes(source)), alpha });
  expect(fromImageData(toImageData({ picture: source }))).toEqual({ picture: fromBytes(5, 4, toBytes(source)) });
});

describe('wrong lengths and sides get a sentence', () => {
  const sentence = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      return error instanceof Error && [(error as Error & { code?: string }).code, error.message];
    }
    return undefined;
  };
  test.each<[string, () => unknown, string]>([
    [
      'fromBytes',
      () => fromBytes(4, 3, new Uint8Array(48)),
      '36 numbers for a picture of 4x3 pixels with 3 channels but received 48',
    ],
    [
      'fromRgba',
      () => fromRgba(4, 3, new Uint8Array(36)),
      '48 numbers for a picture of 4x3 pixels with 4 channels but received 36',
    ],
    [
      'fromImageData',
      () => fromImageData({ width: 2, height: 2, data: new Uint8Array(0) }),
      '16 numbers for a picture of 2x2 pixels with 4 channels but received 0',
    ],
    [
      'picture',
      () => picture(4, 3, new Float32Array(12)),
      '36 numbers for a picture of 4x3 pixels with 3 channels but received 12',
    ],
    [
      'toImageData',
      () => toImageData({ picture: picture(4, 3), alpha: new Uint8Array(3) }),
      '12 numbers for a picture of 4x3 pixels with 1 channel but received 3',
    ],
  ])('%s', (_, make, text) => {
    expect(sentence(make)).toEqual(['IMAGE_SIZE', `Expected ${text}.`]);
  });

  test.each([0, -2, 1.5, Number.NaN])('a side of %d', (side) => {
    expect(sentence(() => picture(side, 3))).toEqual([
      'OPTION_INVALID',
      `Expected a whole number of pixels above 0 for width but received ${side}.`,
    ]);
  });
});

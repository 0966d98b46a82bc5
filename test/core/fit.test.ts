import { expect, test } from 'vitest';
import { resolveOptions } from '../../src/core/options/options.js';
import { fitPicture, fittingOf, sizeOfLongSide, styleSize } from '../../src/core/pictures/fit.js';
import { picture } from '../../src/core/pictures/picture.js';
import { waves } from '../support/pictures.js';

const sides = ({ width, height }: { width: number; height: number }) => [width, height];

test('a long side keeps the aspect, and a strip becomes larger so that its short side has 32 pixels', () => {
  expect(sides(sizeOfLongSide({ width: 4000, height: 3000 }, 512))).toEqual([512, 384]);
  expect(sides(sizeOfLongSide({ width: 1600, height: 120 }, 256))).toEqual([427, 32]);
  expect(sides(sizeOfLongSide({ width: 90, height: 3000 }, 512))).toEqual([32, 1067]);
});

test('a strip is painted, and a note says why it is larger', async () => {
  const fitted = await fitPicture({ picture: waves(400, 40) }, 128);
  expect(sides(fitted.picture)).toEqual([320, 32]);
  expect(fitted.note).toBe('resized from 400x40 to 320x32, as the short side needs 32 pixels');
});

test('a strip that would become longer than any picture may be is refused', () => {
  expect(() => fittingOf({ width: 60_000, height: 40 }, 512, 'sea.jpg')).toThrow(
    expect.objectContaining({
      code: 'IMAGE_SIZE',
      message: 'Expected sides from 32 to 32768 pixels but "sea.jpg" of 60000x40 becomes 48000x32.',
    }),
  );
});

test('so is a size that would enlarge a strip beyond all measure before it is cropped', () => {
  expect(() => fittingOf({ width: 40, height: 4000 }, { width: 8192, height: 64 })).toThrow(
    expect.objectContaining({
      code: 'IMAGE_SIZE',
      message: expect.stringMatching(/40x4000 becomes 8192x819200 before/),
    }),
  );
});

test('a picture that was shrunk while it was read is told by its natural size', async () => {
  const natural = { width: 6400, height: 4800 };
  const size = { width: 64, height: 32 };
  const scaled = picture(64, 48);
  const fitted = await fitPicture({ picture: scaled, natural }, size);
  expect(fitted.note).toBe('resized from 6400x4800 and cropped to 64x32');
  expect(await fitPicture({ picture: scaled, natural }, 64)).toEqual({
    picture: scaled,
    note: 'resized from 6400x4800 to 64x48',
  });
});

test('styles keep their whole beside a painting of an exact size, but in the notebook', () => {
  const size = { width: 320, height: 180 };
  expect(styleSize(resolveOptions({ size: 512, styleScale: 0.5 }))).toBe(256);
  expect(styleSize(resolveOptions({ size: '320x180', styleScale: 1.5 }))).toBe(480);
  expect(styleSize(resolveOptions({ preset: 'notebook', size: '320x180' }))).toEqual(size);
  expect(styleSize(resolveOptions({ size, styleFit: 'crop' }))).toEqual(size);
});

test('styles larger than any picture may be are refused, and the sentence says what to lower', () => {
  for (const size of [8192, '8192x100']) {
    expect(() => resolveOptions({ size, styleScale: 8 })).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        message:
          'Expected styles of at most 32768 pixels but size 8192 times styleScale 8 is 65536; lower one of them.',
      }),
    );
  }
  expect(resolveOptions({ size: 1024, styleScale: 8 })).toMatchObject({ styleScale: 8 });
});

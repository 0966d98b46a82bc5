/** Contact sheets: all that one program painted, photos down the left, paintings along the top. */
import sharp, { type OverlayOptions } from 'sharp';
import type { PictureFile } from './pairs.js';

const CELL = { width: 260, height: 195 };
/** The first column and row where they hold names alone. */
const NAME = { width: 84, height: 0 };
const GAP = 8;
const TITLE_PX = 44;
const LABEL_PX = 20;

/** One painted picture and what it was painted from. */
export interface Cell {
  readonly content: PictureFile;
  readonly style: PictureFile;
  readonly file: string;
  /** A few words under the picture. */
  readonly caption: string;
}

/**
 * Writes a sheet; the ending of `file` decides the format. Pictures are shown whole, on white.
 *
 * @param originals false names photos and paintings only, where they may not be passed on.
 */
export async function writeSheet(file: string, title: string, cells: readonly Cell[], originals = true): Promise<void> {
  const contents = unique(cells.map(({ content }) => content));
  const styles = unique(cells.map(({ style }) => style));
  const first = originals ? CELL : NAME;
  const x = (column: number) => GAP + (column > 0 ? first.width + GAP + (column - 1) * (CELL.width + GAP) : 0);
  const step = CELL.height + LABEL_PX + GAP;
  const y = (row: number) => TITLE_PX + (row > 0 ? first.height + LABEL_PX + GAP + (row - 1) * step : 0);
  const [width, height] = [x(styles.length + 1), y(contents.length + 1)];
  const heads = [
    ...styles.map(({ name, path }, i) => ({ path, caption: name, column: i + 1, row: 0 })),
    ...contents.map(({ name, path }, i) => ({ path, caption: name, column: 0, row: i + 1 })),
  ];
  const painted = cells.map(({ content, style, file: path, caption }) => ({
    path,
    caption,
    column: 1 + styles.findIndex(({ name }) => name === style.name),
    row: 1 + contents.findIndex(({ name }) => name === content.name),
  }));
  const pictures = await Promise.all(
    [...(originals ? heads : []), ...painted].map(async ({ path, column, row }): Promise<OverlayOptions> => {
      const input = await sharp(path)
        .autoOrient()
        .resize({ ...CELL, fit: 'contain', background: 'white' })
        .flatten({ background: 'white' })
        .png()
        .toBuffer();
      return { input, left: x(column), top: y(row) };
    }),
  );
  const captions = [...heads, ...painted].map(({ caption, column, row }) => {
    const left = x(column) + (column > 0 ? CELL : first).width / 2;
    const under = (row > 0 ? CELL : first).height + 14;
    // A name without a picture stands in the middle of its row.
    const top = y(row) + (column === 0 && !originals ? CELL.height / 2 : under);
    const weight = column === 0 || row === 0 ? 'bold' : 'normal';
    return `<text x="${left}" y="${top}" text-anchor="middle" font-weight="${weight}">${escaped(caption)}</text>`;
  });
  const labels = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" fill="#333" font-size="12" font-family="Helvetica, Arial, DejaVu Sans, sans-serif">`,
    `<text x="${GAP}" y="28" font-size="18" font-weight="bold">${escaped(title)}</text>`,
    ...captions,
    '</svg>',
  ].join('');
  await sharp({ create: { width, height, channels: 3, background: 'white' } })
    .composite([...pictures, { input: Buffer.from(labels), left: 0, top: 0 }])
    .jpeg({ quality: 88, chromaSubsampling: '4:4:4' })
    .toFile(file);
}

function unique(files: readonly PictureFile[]): PictureFile[] {
  return [...new Map(files.map((file) => [file.name, file])).values()];
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

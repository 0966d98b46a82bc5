/** A contact sheet: pictures in rows, with a label under each. */
import sharp from 'sharp';
import { packetOf } from '../../core/painting/recipe.js';
import type { Size } from '../../core/pictures/picture.js';
import { formatOf } from '../files/formats.js';

export interface Tile {
  /** The bytes or the path of a picture file; left out, the place stays empty. */
  readonly picture?: Uint8Array | string | undefined;
  /** In as many lines as it has. */
  readonly label: string;
}

export interface SheetOptions {
  /** Tiles in a row. */
  readonly columns: number;
  /** Pictures of another size are scaled to it, in pixels. */
  readonly tile: Size;
  /** Travels in the sheet's metadata (XMP, element `giverny:sheet`), as JSON. */
  readonly about?: unknown;
}

const GAP_PX = 4;
const LINE_PX = 17;
const FONT_PX = 13;
/** Of letters of this font, on average and rounded up: longer labels are cut. */
const LETTER_PX = 7;

/**
 * Composes a sheet.
 *
 * @param path its ending decides the format; nothing is written.
 * @returns the bytes of the file.
 * @throws GivernyError FORMAT_UNSUPPORTED.
 */
export async function composeSheet(
  tiles: readonly Tile[],
  { columns, tile, about }: SheetOptions,
  path: string,
): Promise<Uint8Array> {
  const format = formatOf(path);
  const lines = Math.max(...tiles.map(({ label }) => label.split('\n').length));
  const [stepX, stepY] = [tile.width + 2 * GAP_PX, tile.height + 3 * GAP_PX + lines * LINE_PX];
  const place = (i: number) => ({ left: (i % columns) * stepX, top: Math.floor(i / columns) * stepY });
  const [width, height] = [columns * stepX, Math.ceil(tiles.length / columns) * stepY];
  const pictures = await Promise.all(
    tiles.flatMap(({ picture }, i) => {
      if (picture === undefined) return [];
      const { left, top } = place(i);
      const scaled = sharp(picture)
        .resize(tile.width, tile.height, { kernel: 'lanczos3', fit: 'fill' })
        .png()
        .toBuffer();
      return scaled.then((input) => ({ input, left: left + GAP_PX, top: top + GAP_PX }));
    }),
  );
  const labels = tiles.flatMap(({ label }, i) => {
    const { left, top } = place(i);
    return label.split('\n').map((line, n) => {
      const y = top + tile.height + 16 + GAP_PX + n * LINE_PX;
      return `<text x="${left + stepX / 2}" y="${y}" text-anchor="middle">${escaped(cut(line, stepX))}</text>`;
    });
  });
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="Helvetica, Arial, DejaVu Sans, sans-serif" font-size="${FONT_PX}" fill="#333">${labels.join('')}</svg>`;
  const sheet = sharp({ create: { width, height, channels: 3, background: 'white' } }).composite([
    ...pictures,
    { input: Buffer.from(text), left: 0, top: 0 },
  ]);
  sheet.removeAlpha();
  if (about !== undefined) sheet.withXmp(packetOf('sheet', about));
  return sheet.toFormat(format, format === 'png' || format === 'tiff' ? {} : { quality: 90 }).toBuffer();
}

function cut(label: string, widthPx: number): string {
  const most = Math.floor(widthPx / LETTER_PX);
  return label.length > most ? `${label.slice(0, most - 1)}…` : label;
}

function escaped(text: string): string {
  // Of control characters XML knows only some.
  const plain = text.replace(/\p{Cc}/gu, ' ');
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

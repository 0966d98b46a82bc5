/** What tells how a painting was made: its recipe, its mask, and the command that paints the form. */
import type { Changes } from '../../core/painting/order.js';
import type { Recipe } from '../../core/painting/recipe.js';
import { commandLine } from '../address.js';
import { type FlatMask, flatMask, maskPicture, maskPng } from '../brush/flat.js';
import { inUse, type Stroke } from '../brush/masks.js';
import type { PaintOrder } from '../painting/protocol.js';
import { type OpenedPicture, sha256 } from '../pictures/open.js';
import { chosen, network, photo, preset, type StyleItem, strokes, styles } from '../state.js';
import { painted } from './painted.js';

/** Pictures and the strokes over them. */
type Arranged = {
  readonly content: OpenedPicture;
  readonly styles: readonly StyleItem[];
  readonly strokes: readonly Stroke[];
};

/** A file's name without its ending, as the command names networks and pictures. */
export const stem = (name: string) => name.replace(/\.[^.]+$/, '');

const maskName = (content: OpenedPicture) => `${stem(content.name)}-mask.png`;

/** Styles that count, each with the colour of the mask where it goes, and the strengths of such colours. */
function arranged({ content, styles: all, strokes: made }: Arranged) {
  const { styles: used, strokes: kept } = inUse(all, made);
  const mask = flatMask(content, used.length, kept);
  return {
    mask,
    styles: used.map(({ picture, weight }, i) => ({ picture, weight, region: mask?.colors[i] })),
    regionStrengths: strengthsOf(used, mask),
  };
}

export interface MaskFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The mask of the painting on the easel, which its recipe names, or else that of the form. */
export function maskOf(what: 'easel' | 'form'): MaskFile | undefined {
  const of = what === 'easel' ? painted() : formed();
  const mask = of && arranged(of).mask;
  return of && mask && { name: maskName(of.content), bytes: maskPng(mask) };
}

const formed = (): Arranged | undefined =>
  photo.value && { content: photo.value, styles: styles.value, strokes: strokes.value };

/** The recipe of what is on the easel, as `giverny` writes it. */
export function currentRecipe(): Recipe | undefined {
  const made = painted();
  if (!made?.plan) return made?.recipe;
  const { stopped: _, ...recipe } = made.plan.recipe;
  return { ...recipe, ...(made.whole ? {} : { stopped: true }), steps: made.steps };
}

/** A painting's pictures as its worker takes them: each style with its colour of the mask, strengths by colours. */
export async function orderedPictures({
  content,
  styles: all,
  strokes: made,
}: Arranged): Promise<Pick<PaintOrder, 'content' | 'styles' | 'mask' | 'regionStrengths'>> {
  const mask = flatMask(content, all.length, made);
  return {
    content: ordered(content),
    styles: all.map(({ picture, weight }, i) => ({ picture: ordered(picture), weight, region: mask?.colors[i] })),
    mask: mask && { name: maskName(content), sha256: await sha256(maskPng(mask)), source: maskPicture(mask) },
    regionStrengths: strengthsOf(all, mask),
  };
}

const ordered = ({ name, sha256, blob }: OpenedPicture) => ({ name, sha256, source: blob });

/** Weights and strengths as a painting in progress takes them. */
export function orderedChanges({
  content,
  styles: all,
  strokes: made,
}: Arranged): Pick<Changes, 'weights' | 'regionStrengths'> {
  return {
    weights: all.map(({ weight }) => weight),
    regionStrengths: strengthsOf(all, flatMask(content, all.length, made)),
  };
}

function strengthsOf(all: readonly StyleItem[], mask: FlatMask | undefined): Record<string, number> {
  const strengths = all.flatMap(({ strength, weight }, i) => {
    const color = mask?.colors[i];
    // A style that does not count leaves its region.
    return color === undefined || strength === undefined || weight === 0 ? [] : [[color, strength] as const];
  });
  return Object.fromEntries([...strengths, ...(mask?.kept ? [[mask.kept, 0] as const] : [])]);
}

/** The command that paints what the form says. */
export function currentCommand(): string {
  const form = formed();
  const { mask, styles: used = [], regionStrengths = {} } = form ? arranged(form) : {};
  return commandLine({
    photo: form?.content.name ?? 'photo.jpg',
    styles: used.map(({ picture: { name }, weight, region }) => ({ name, weight, region })),
    mask: form && mask && maskName(form.content),
    regionStrengths,
    preset: preset.value,
    network: network.value,
    options: chosen.value,
  });
}

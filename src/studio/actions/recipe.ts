/** What tells how a painting was made: its recipe, its mask, and the command that paints the form. */
import { featherOf } from '../../core/painting/mask-regions.js';
import { type Recipe, recipeOf } from '../../core/painting/recipe.js';
import { commandLine } from '../address.js';
import { flatMask, maskPng } from '../brush/flat.js';
import { inUse, type Stroke } from '../brush/masks.js';
import { type OpenedPicture, sha256 } from '../pictures/open.js';
import { chosen, network, photo, preset, ready, type StyleItem, strokes, styles } from '../state.js';
import { painted } from './painted.js';

declare const __VERSION__: string;

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
  const strengths = used.flatMap(({ strength }, i) => {
    const color = mask?.colors[i];
    return color === undefined || strength === undefined ? [] : [[color, strength] as const];
  });
  return {
    mask,
    styles: used.map(({ picture, weight }, i) => ({ picture, weight, region: mask?.colors[i] })),
    regionStrengths: Object.fromEntries([...strengths, ...(mask?.kept ? [[mask.kept, 0] as const] : [])]),
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
export async function currentRecipe(): Promise<Recipe | undefined> {
  const made = painted();
  if (!made || made.recipe || !ready.value) return made?.recipe;
  const { mask, styles: used, regionStrengths } = arranged(made);
  const { network: looked, coarseNetwork, engine } = ready.value;
  return recipeOf({
    giverny: __VERSION__,
    content: made.content,
    styles: used.map(({ picture, weight, region }) => ({ ...picture, weight, region })),
    mask: mask && {
      name: maskName(made.content),
      sha256: await sha256(maskPng(mask)),
      featherPx: featherOf(made.size),
    },
    regionStrengths,
    network: looked,
    ...(coarseNetwork ? { coarseNetwork } : {}),
    engine,
    options: made.options,
    stopped: !made.whole,
    steps: made.steps,
  });
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

/** A recipe: all that is needed to paint the same picture again. It travels in the picture's metadata. */
import * as z from 'zod';
import { GivernyError } from '../errors.js';
import { type Options, optionsSchema, PRESETS } from '../options/options.js';
import { xmpPacket, xmpProperty } from '../pictures/xmp.js';
import type { Changes } from './order.js';

/** Names only: a folder or a drive would tell of the person who painted, and lead anywhere when read back. */
const fileName = z.string().regex(/^(?!\.{1,2}$)(?![a-z]:)[^\\/]+$/i, 'not a file name without its folder');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256');
const file = z.object({ name: fileName, sha256 });
const network = z.object({ name: fileName, hash: z.string() });

const change = z.object({
  step: z.number().int().min(0),
  options: z.record(z.string(), z.unknown()).optional(),
  /** Of the styles, in their order. */
  weights: z.array(z.number()).optional(),
  regionStrengths: z.record(z.string(), z.number().min(0).max(1)).optional(),
});

/** A change of a painting in progress. */
export interface Change extends Changes {
  /** Before which step it was made. */
  readonly step: number;
}

/** No time of day: the same painting has the same recipe, to the byte. */
export const recipeSchema = z.object({
  /** Version of Giverny. */
  giverny: z.string(),
  content: file,
  /** `region` is the colour of the mask that the style goes to. */
  styles: z.array(file.extend({ weight: z.number(), region: z.string().optional() })).min(1),
  /** `featherPx` is how far its borders reach to either side, in pixels of the painting. */
  mask: file.extend({ featherPx: z.number().min(0) }).optional(),
  /** By the regions' colours. */
  regionStrengths: z.record(z.string(), z.number().min(0).max(1)).optional(),
  /** The picture that `options.init` names. */
  start: file.optional(),
  network,
  /** What looked at all scales but the last, where that was another. */
  coarseNetwork: network.optional(),
  engine: z.string(),
  options: optionsSchema.refine(({ init }) => typeof init === 'number' || fileName.safeParse(init).success, {
    path: ['init'],
    message: 'not a file name without its folder',
  }),
  /** What was changed while it was painted, with the steps before which it was. */
  changes: z.array(change).optional(),
  /** Names of costs that a program brought along: without that program the picture cannot be painted again. */
  terms: z.array(z.string()).optional(),
  /** How the picture was written, where that was not sRGB of 8 bits. */
  print: z.object({ bits: z.literal(16).optional(), profile: z.enum(['p3', 'keep']).optional() }).optional(),
  /** True where the painting was stopped, or this is a picture on the way to it. */
  stopped: z.boolean().optional(),
  /** Steps done through all scales; of a scale that ended early all count as done. */
  steps: z.number().int().min(0),
});

export type Recipe = z.output<typeof recipeSchema>;

/** A file as recipes name it; what readPicture returns is one. */
export interface NamedFile {
  readonly name: string;
  /** Of the file's bytes, hex. */
  readonly sha256: string;
}

/** What recipeOf makes a recipe from: as Recipe, but names may have folders and files more properties. */
export interface RecipeParts
  extends Pick<Recipe, 'giverny' | 'network' | 'engine' | 'steps'>,
    Partial<Pick<Recipe, 'regionStrengths' | 'coarseNetwork' | 'stopped'>> {
  readonly content: NamedFile;
  readonly styles: readonly (NamedFile & { readonly weight: number; readonly region?: string | undefined })[];
  readonly mask?: (NamedFile & { readonly featherPx: number }) | undefined;
  readonly start?: NamedFile | undefined;
  readonly options: Options;
  readonly changes?: readonly Change[] | undefined;
  readonly terms?: readonly string[] | undefined;
}

/** The recipe of a painting: picks what belongs in it and takes the folders off all names. */
export function recipeOf(parts: RecipeParts): Recipe {
  const { giverny, content, styles, mask, regionStrengths = {}, start, engine, options, stopped, steps } = parts;
  const { changes = [], terms } = parts;
  const named = ({ name, sha256 }: NamedFile) => ({ name: baseName(name), sha256 });
  const networkOf = ({ name, hash }: Recipe['network']) => ({ name: baseName(name), hash });
  const { init } = options;
  return {
    giverny,
    content: named(content),
    styles: styles.map(({ weight, region, ...style }) => ({
      ...named(style),
      weight,
      ...(region === undefined ? {} : { region }),
    })),
    ...(mask ? { mask: { ...named(mask), featherPx: mask.featherPx } } : {}),
    ...(Object.keys(regionStrengths).length > 0 ? { regionStrengths } : {}),
    ...(start ? { start: named(start) } : {}),
    network: networkOf(parts.network),
    ...(parts.coarseNetwork ? { coarseNetwork: networkOf(parts.coarseNetwork) } : {}),
    engine,
    options: { ...options, init: typeof init === 'string' ? baseName(init) : init },
    ...(changes.length > 0 ? { changes: changes.map(plainChange) } : {}),
    ...(terms ? { terms: [...terms] } : {}),
    ...(stopped ? { stopped } : {}),
    steps,
  };
}

/** A change as recipes hold it. */
export function plainChange({ step, options, weights, regionStrengths }: Change): z.output<typeof change> {
  return {
    step,
    ...(options ? { options } : {}),
    ...(weights ? { weights: [...weights] } : {}),
    ...(regionStrengths ? { regionStrengths } : {}),
  };
}

/** The last part of a path that is a file's name, whichever system wrote it. */
const baseName = (path: string) =>
  path
    .replace(/^[a-z]:/i, '')
    .split(/[\\/]/)
    .findLast((part) => fileName.safeParse(part).success) ?? 'picture';

/**
 * What an earlier version wrote, as this one would have: options that it did not have yet are what the notebook's
 * are, and it painted at one scale.
 */
function upgraded(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.options)) return value;
  const { options, steps } = value;
  const { alpha, beta, ...notebook } = PRESETS.notebook;
  // The last and large scales had as many steps as others before they had steps of their own.
  const unsaid = 'steps' in options ? { ...notebook, lastSteps: options.steps, largeSteps: options.steps } : notebook;
  // Before the choice, quantiles were blended and moments were those of a mixture.
  const styleMix = options.statistic === 'sliced' ? 'blend' : 'divide';
  const stopped = !('firstSize' in options) && Number(steps) < Number(options.steps);
  return {
    ...value,
    options: { ...unsaid, styleMix, ...('strength' in options ? {} : { alpha, beta }), ...options },
    ...(stopped ? { stopped } : {}),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * A recipe from its JSON text; earlier versions' as well.
 *
 * @param where What the sentence calls its place, such as a file name.
 * @throws GivernyError RECIPE_INVALID.
 */
export function parseRecipe(json: string, where: string): Recipe {
  const refuse = (why: string, cause: unknown) =>
    new GivernyError(
      'RECIPE_INVALID',
      `Expected the recipe in "${where}" to be as this version of Giverny writes it but ${why}.`,
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw refuse('it was changed and is no longer JSON', error);
  }
  const result = recipeSchema.safeParse(upgraded(value));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw refuse(`its ${issue?.path.join('.') || 'form'} is wrong (${issue?.message})`, result.error);
}

/** Where Giverny's properties are in XMP. */
const XMP_NAMESPACE = 'urn:giverny:1.0:';
const XMP_NAME = 'recipe';

/** The XMP packet that carries a recipe in a picture. */
export function recipePacket(recipe: Recipe): string {
  return packetOf(XMP_NAME, recipe);
}

/**
 * An XMP packet with the JSON text of a value as one property.
 *
 * @param name of the property, in our namespace.
 */
export function packetOf(name: string, value: unknown): string {
  return xmpPacket(XMP_NAMESPACE, 'giverny', name, JSON.stringify(value));
}

/**
 * The recipe in an XMP packet, also where another program wrote the packet anew; undefined where it holds none.
 *
 * @param where What the sentence calls its place, such as a file name.
 * @throws GivernyError RECIPE_INVALID where it was changed.
 */
export function recipeOfXmp(xmp: string, where: string): Recipe | undefined {
  const json = xmpProperty(xmp, XMP_NAMESPACE, XMP_NAME);
  return json === undefined ? undefined : parseRecipe(json, where);
}

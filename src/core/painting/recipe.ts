/** A recipe: all that is needed to paint the same picture again. It travels in the picture's metadata. */
import * as z from 'zod';
import { GivernyError } from '../errors.js';
import { type Options, optionsSchema, PRESETS } from '../options/options.js';
import type { Changes } from './order.js';

/** Names only: a folder would tell of the person who painted, and lead anywhere when read back. */
const fileName = z.string().regex(/^[^\\/]+$/, 'not a file name without its folder');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256');
const file = z.object({ name: fileName, sha256 });
const network = z.object({ name: z.string(), hash: z.string() });

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

function plainChange({ step, options, weights, regionStrengths }: Change): z.output<typeof change> {
  return {
    step,
    ...(options ? { options } : {}),
    ...(weights ? { weights: [...weights] } : {}),
    ...(regionStrengths ? { regionStrengths } : {}),
  };
}

/** The last part of a path, whichever system wrote it. */
const baseName = (path: string) => path.split(/[\\/]/).findLast((part) => part !== '') ?? 'picture';

/**
 * What an earlier version wrote, as this one would have: options that it did not have yet are what the notebook's
 * are, and it painted at one scale.
 */
function upgraded(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.options)) return value;
  const { options, steps } = value;
  const { alpha, beta, ...unsaid } = PRESETS.notebook;
  const stopped = !('firstSize' in options) && Number(steps) < Number(options.steps);
  return {
    ...value,
    options: { ...unsaid, ...('strength' in options ? {} : { alpha, beta }), ...options },
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

/** The XMP packet of a recipe. */
export function xmpPacket(recipe: Recipe): string {
  return xmpOf('recipe', recipe);
}

/**
 * XMP is the one metadata that all our formats carry; the value is the JSON text of one element.
 *
 * @param element its name in our namespace.
 */
export function xmpOf(element: string, value: unknown): string {
  const json = JSON.stringify(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    `<rdf:Description rdf:about="" xmlns:giverny="urn:giverny:1.0:"><giverny:${element}>${json}</giverny:${element}>`,
    '</rdf:Description></rdf:RDF></x:xmpmeta>',
  ].join('');
}

/**
 * The recipe in an XMP packet; undefined where it holds none.
 *
 * @param where What the sentence calls its place, such as a file name.
 * @throws GivernyError RECIPE_INVALID where it was changed.
 */
export function recipeOfXmp(xmp: string, where: string): Recipe | undefined {
  const json = /<giverny:recipe>([^<]*)<\/giverny:recipe>/.exec(xmp)?.[1];
  if (json === undefined) return undefined;
  // Other programs that rewrite the metadata may escape more than we do.
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", amp: '&' };
  const plain = json.replace(/&(lt|gt|quot|apos|#39|amp);/g, (_, entity: string) => entities[entity] as string);
  return parseRecipe(plain, where);
}

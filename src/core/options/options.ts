/**
 * The one schema of all painting options: ranges, defaults and help text. Command-line flags, HTTP bodies
 * and the studio's form are made from it, so that they cannot drift apart.
 *
 * Every value may also come as text (`"512"`, `"conv1_1=0.2,conv2_1=0.2"`), as flags and forms have it.
 */
import * as z from 'zod';
import { expected, GivernyError, show } from '../errors.js';
import { layerName } from './layer-names.js';

/** What a surface needs to show an option besides its type. */
export interface OptionMeta {
  /** One line of help. */
  readonly help: string;
  /** The allowed values as they read in "Expected <expects> for <name> but received <value>." */
  readonly expects: string;
  /** Placeholder of the value on the command line, as in `<px>`. */
  readonly placeholder: string;
  /** Heading under which help and forms show it. */
  readonly group: 'Picture' | 'Style' | 'Costs' | 'Optimiser' | 'Scales' | 'Start';
  /** Values to choose from, where the option is a choice. */
  readonly choices?: readonly string[];
  /** Range of a number. */
  readonly min?: number;
  readonly max?: number;
}

type About = Pick<OptionMeta, 'help' | 'group'>;

/** A number for text that reads as one; anything else as it is, for the schema to judge. */
function asNumber(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)) ? Number(value) : value;
}

function wholeNumber(min: number, max: number, placeholder: string, about: About) {
  return z.preprocess(asNumber, z.number().int().min(min).max(max)).meta({
    ...about,
    placeholder,
    min,
    max,
    expects: `a whole number from ${min} to ${max}`,
  } satisfies OptionMeta);
}

function decimal(min: number, max: number, about: About) {
  return z.preprocess(asNumber, z.number().min(min).max(max)).meta({
    ...about,
    placeholder: 'number',
    min,
    max,
    expects: `a number from ${min} to ${max}`,
  } satisfies OptionMeta);
}

function choice<const T extends readonly [string, ...string[]]>(choices: T, about: About) {
  return z.enum(choices).meta({
    ...about,
    placeholder: choices.join('|'),
    choices,
    expects: `one of ${choices.join(', ')}`,
  } satisfies OptionMeta);
}

/**
 * Layers with weights, `{ conv1_1: 0.2, conv2_1: 0.2 }`; as text `conv1_1=0.2,conv2_1=0.2`, weight 1 where left out.
 * Names that other programs use become ours: see layerName.
 */
function layerWeights(about: About) {
  const parse = (value: unknown) => {
    const weights = split(value);
    if (typeof weights !== 'object' || weights === null || Array.isArray(weights)) return weights;
    return Object.fromEntries(Object.entries(weights).map(([layer, weight]) => [layerName(layer), weight]));
  };
  const split = (value: unknown) => {
    if (typeof value !== 'string') return value;
    const parts = value.split(',').map((part) => part.split('=').map((side) => side.trim()));
    if (parts.some((part) => part.length > 2 || part[1] === '')) return value;
    return Object.fromEntries(parts.map(([layer, weight]) => [layer, weight === undefined ? 1 : Number(weight)]));
  };
  return z
    .preprocess(parse, z.record(z.string().regex(/^conv\d+_\d+$/), z.number().min(0).max(1e9)).refine(someWeight))
    .meta({
      ...about,
      placeholder: 'layer=weight,...',
      expects: 'layers with weights of at least 0, not all 0, such as conv1_1=0.2,conv2_1=0.8,',
    } satisfies OptionMeta);
}

const someWeight = (weights: Record<string, number>) => Object.values(weights).some((weight) => weight > 0);

/** Enough for 12000x8000, which takes some 13 GB, and for long panoramas. */
const MAX_SIDE_PX = 32768;
/** Below this a picture vanishes in the network's four poolings. */
const MIN_SIDE_PX = 32;

const size = z
  .preprocess(
    (value) => {
      const exact = typeof value === 'string' ? /^(\d+)x(\d+)$/.exec(value) : null;
      return exact ? { width: Number(exact[1]), height: Number(exact[2]) } : asNumber(value);
    },
    z.union([
      z.number().int().min(MIN_SIDE_PX).max(MAX_SIDE_PX),
      z.strictObject({
        width: z.number().int().min(MIN_SIDE_PX).max(MAX_SIDE_PX),
        height: z.number().int().min(MIN_SIDE_PX).max(MAX_SIDE_PX),
      }),
    ]),
  )
  .meta({
    help: 'long side in pixels (the aspect is kept), or exactly <width>x<height> (the photo is cropped to fit)',
    expects: `a long side from ${MIN_SIDE_PX} to ${MAX_SIDE_PX} pixels, or <width>x<height>,`,
    placeholder: 'px',
    group: 'Picture',
    min: MIN_SIDE_PX,
    max: MAX_SIDE_PX,
  } satisfies OptionMeta);

/** Starts that have a name; any other text names a picture file. */
const NAMED_STARTS: readonly string[] = ['content', 'noise', 'jitter'];

/** The file that `init` names; undefined where it says how to start from the photo. */
export function startFileOf(init: unknown): string | undefined {
  const isFile = typeof init === 'string' && !NAMED_STARTS.includes(init) && Number.isNaN(Number(init));
  return isFile ? init : undefined;
}

/**
 * A share of noise in 0..1, 'content' (no noise), 'noise' (nothing but noise), 'jitter' (noise of a quarter of the range
 * added to the content), or a picture file to start from.
 */
const init = z.preprocess(asNumber, z.union([z.number().min(0).max(1), z.string().min(1)])).meta({
  help: 'start from: content, noise, jitter, a share of noise in the photo from 0 to 1, or a picture file',
  expects: 'content, noise, jitter, a share of noise from 0 to 1, or a file',
  placeholder: 'start',
  group: 'Start',
} satisfies OptionMeta);

/** Absent in options where the other way to balance content and style is in use. */
const STRENGTH_HELP = 'how far from the photo to the style: 0 keeps the photo, 1 keeps nothing of it';

export const optionsSchema = z.strictObject({
  size,
  fit: choice(['crop', 'stretch'], {
    help: 'how pictures come to an exact size: cut to its middle, or without regard to their aspect',
    group: 'Picture',
  }),
  strength: decimal(0, 1, { help: STRENGTH_HELP, group: 'Style' }).optional(),
  styleScale: decimal(0.1, 8, {
    help: "size of the style's forms: its long side as a multiple of the painting's",
    group: 'Style',
  }),
  styleMix: choice(['blend', 'divide'], {
    help: 'what several styles make: one style between them everywhere, or each its own places',
    group: 'Style',
  }),
  styleFit: choice(['whole', 'crop'], {
    help: 'with an exact size, styles stay whole or are cropped to the shape of the painting',
    group: 'Style',
  }),
  colors: choice(['painting', 'photo', 'cholesky', 'symmetric', 'pca', 'histogram'], {
    help: "the painting's colours, the photo's (only brightness is painted), or the painting's matched to the photo's",
    group: 'Style',
  }),
  statistic: choice(['gram', 'wasserstein', 'sliced'], {
    help: "what of the features' distribution is compared",
    group: 'Costs',
  }),
  input: choice(['centred', 'unit'], {
    help: 'what the network is fed with: 0..255 minus its mean, as it was trained, or 0..1 with red and blue exchanged',
    group: 'Costs',
  }),
  pooling: choice(['average', 'max'], { help: 'how the network pools between blocks', group: 'Costs' }),
  padding: choice(['replicate', 'zero'], { help: 'what the network sees beyond the border', group: 'Costs' }),
  contentLayers: layerWeights({ help: 'layers whose features hold the photo in place', group: 'Costs' }),
  styleLayers: layerWeights({ help: 'layers whose statistics carry the style', group: 'Costs' }),
  alpha: decimal(0, 1e12, { help: 'weight of the content cost, in place of --strength', group: 'Costs' }).optional(),
  beta: decimal(0, 1e12, { help: 'weight of the style cost, in place of --strength', group: 'Costs' }).optional(),
  tv: decimal(0, 1e12, { help: 'weight of the total variation: more is smoother', group: 'Costs' }),
  flatness: decimal(0, 1e12, {
    help: 'weight against unevenness between edges: more is flatter, and edges stay',
    group: 'Costs',
  }),
  optimizer: choice(['adam', 'lbfgs'], { help: 'how the pixels are changed', group: 'Optimiser' }),
  steps: wholeNumber(1, 1_000_000, 'n', { help: 'most steps at each scale but the first', group: 'Optimiser' }),
  lastSteps: wholeNumber(1, 1_000_000, 'n', {
    help: 'most steps at the last of several scales, to which their number falls from the second on; --steps where that is given',
    group: 'Optimiser',
  }),
  largeSteps: wholeNumber(1, 1_000_000, 'n', {
    help: 'most steps at scales of more than a megapixel, where only fine detail changes; --steps where that is given',
    group: 'Optimiser',
  }),
  learningRate: decimal(1e-6, 1e6, {
    help: 'size of an Adam step, or of the first L-BFGS step, in levels of 0..255',
    group: 'Optimiser',
  }),
  averaging: decimal(0, 0.9999, {
    help: 'shows a running mean of the pictures, in which the last has the share 1 - this',
    group: 'Optimiser',
  }),
  clamp: choice(['yes', 'no'], { help: 'keep pixels displayable at every step', group: 'Optimiser' }),
  tolerance: decimal(0, 1, {
    help: 'a scale ends when ten steps lower its cost by less than this share',
    group: 'Optimiser',
  }),
  firstSize: wholeNumber(0, MAX_SIDE_PX, 'px', {
    help: 'long side at which painting begins, doubled or trebled from scale to scale; 0: at once in full size',
    group: 'Scales',
  }),
  firstSteps: wholeNumber(1, 1_000_000, 'n', { help: 'most steps at the first of several scales', group: 'Scales' }),
  init,
  seed: wholeNumber(0, 2 ** 32 - 1, 'n', { help: "seed of the start noise (numpy's RandomState)", group: 'Start' }),
});

/** All options, checked and complete. */
export type Options = z.output<typeof optionsSchema>;
export type OptionName = keyof Options;
export const OPTION_NAMES = Object.keys(optionsSchema.shape) as OptionName[];
/** Options as a caller may give them: some of them, also as text, and a preset to start from. */
export type OptionsInput = { readonly [K in OptionName]?: Options[K] | string | number | undefined } & {
  readonly preset?: string | undefined;
};

/** Help, range and choices of one option. */
export function optionMeta(name: OptionName): OptionMeta {
  const option = optionsSchema.shape[name];
  const inner = option instanceof z.ZodOptional ? option.unwrap() : option;
  return inner.meta() as unknown as OptionMeta;
}

const even = (layers: readonly string[]) => Object.fromEntries(layers.map((layer) => [layer, 1 / layers.length]));
const STYLE_LAYERS = ['conv1_1', 'conv2_1', 'conv3_1', 'conv4_1', 'conv5_1'];

/** The teaching notebook to the letter. */
const NOTEBOOK = {
  size: { width: 400, height: 300 },
  fit: 'crop',
  styleScale: 1,
  styleMix: 'blend',
  styleFit: 'crop',
  colors: 'painting',
  statistic: 'gram',
  input: 'centred',
  pooling: 'average',
  padding: 'zero',
  contentLayers: { conv4_2: 1 },
  styleLayers: even(STYLE_LAYERS),
  alpha: 10,
  beta: 40,
  tv: 0,
  flatness: 0,
  optimizer: 'adam',
  steps: 200,
  lastSteps: 200,
  largeSteps: 200,
  learningRate: 2,
  averaging: 0,
  clamp: 'no',
  tolerance: 0,
  firstSize: 0,
  firstSteps: 200,
  init: 0.6,
  seed: 3,
} satisfies Options;

/**
 * The later edition of the teaching notebook (TensorFlow 2) to the letter. It feeds RGB in 0..1 to a network that was
 * trained with BGR in 0..255 minus a mean, and brings both pictures to a square. Its Adam of 0.01 in 0..1 is one of 2.55
 * in 0..255.
 */
const NOTEBOOK_TF2 = {
  ...NOTEBOOK,
  size: { width: 400, height: 400 },
  fit: 'stretch',
  input: 'unit',
  pooling: 'max',
  contentLayers: { conv5_4: 1 },
  steps: 2501,
  lastSteps: 2501,
  learningRate: 2.55,
  clamp: 'yes',
  firstSteps: 2501,
  init: 'jitter',
} satisfies Options;

/**
 * The Wasserstein statistic takes over a painting's large forms where Gram matrices keep to its textures. Steps
 * are few: what they leave undone at small sizes the last one makes up for, and a little more strength and weight
 * of colours (conv1_1) bring few steps as near to the painting as many (docs/performance.md). A little total
 * variation takes the glitter out of flat skies and no stroke out of a painting, and flatness the grain out of
 * fields. Fine layers weigh more than coarse ones: colours and strokes come nearer to the painting's, and fewer of
 * its forms grow where the photo has others. Maxima are what VGG was trained with; means leave strokes that are
 * beaded and staircased, as they see little of what alternates within them. Strength is what so few steps ask for.
 */
const BALANCED = {
  size: 512,
  fit: 'crop',
  strength: 0.66,
  styleScale: 1,
  styleMix: 'blend',
  styleFit: 'whole',
  colors: 'painting',
  statistic: 'wasserstein',
  input: 'centred',
  pooling: 'max',
  padding: 'replicate',
  contentLayers: { conv4_2: 1 },
  styleLayers: { conv1_1: 0.5, conv2_1: 0.2, conv3_1: 0.2, conv4_1: 0.2, conv5_1: 0.1 },
  tv: 0.1,
  flatness: 0.18,
  optimizer: 'lbfgs',
  steps: 8,
  lastSteps: 7,
  largeSteps: 4,
  learningRate: 2,
  averaging: 0,
  clamp: 'yes',
  tolerance: 0.01,
  firstSize: 128,
  firstSteps: 12,
  init: 'content',
  seed: 3,
} satisfies Options;

export const DEFAULTS: Options = BALANCED;

/** What goes with many steps, in which colours and strength come by themselves. */
const LONG = {
  strength: 0.6,
  styleLayers: { ...BALANCED.styleLayers, conv1_1: 0.3 },
  flatness: 0.15,
} satisfies Partial<Options>;

/**
 * For woodcuts and other prints of flat colours with contours. At the painting's own size contours are a pixel wide and
 * forms smaller than what the photo shows, so both are larger here and begin smaller; fields stay flat, and the photo's
 * shading gives way, for which there are more steps at small sizes.
 */
const PRINT = {
  ...BALANCED,
  strength: 0.65,
  styleScale: 1.5,
  styleLayers: LONG.styleLayers,
  firstSize: 64,
  firstSteps: 40,
  steps: 20,
  lastSteps: 8,
  flatness: 0.6,
} satisfies Options;

/**
 * What is made from noise with nothing of a photo is to be a texture. At scales below this the deepest features see
 * most of a picture, and with it the composition of the style comes back. There is more to do at the first scale, which
 * may be the only one.
 */
const TEXTURE = { firstSize: 256, steps: 60 };

/** Named sets of options. */
export const PRESETS = {
  draft: { ...BALANCED, size: 384, steps: 6, lastSteps: 6, largeSteps: 3 },
  balanced: BALANCED,
  fine: { ...BALANCED, ...LONG, size: 768, steps: 80, lastSteps: 25, largeSteps: 25, firstSteps: 200 },
  print: PRINT,
  notebook: NOTEBOOK,
  'notebook-tf2': NOTEBOOK_TF2,
} as const satisfies Record<string, Options>;

/** The network that a preset is made for; undefined where it takes the best there is. */
export function networkOfPreset(preset: string | undefined): string | undefined {
  return preset === 'draft' ? 'pocket' : undefined;
}

/** Whoever says how many steps there are means those of the last and of large scales too. */
const everywhere = <T>(steps: T) => ({ lastSteps: steps, largeSteps: steps });

/**
 * Options with some of them changed. Content and style are balanced by `strength`, or by `alpha` and `beta`: a change
 * of one way puts the other aside.
 *
 * @throws GivernyError OPTION_INVALID as resolveOptions.
 */
export function mergeOptions({ strength, alpha, beta, ...others }: Options, changes: OptionsInput): Options {
  const { preset, ...named } = changes;
  const given = named.steps === undefined ? named : { ...everywhere(named.steps), ...named };
  if (preset !== undefined) throw expected('no preset, as all options are there already,', 'preset', preset);
  if (given.strength !== undefined) return resolveOptions({ ...others, ...given });
  const absolute = given.alpha !== undefined || given.beta !== undefined || strength === undefined;
  return resolveOptions({ ...others, ...(absolute ? { alpha, beta } : { strength }), ...given });
}

/**
 * Completes and checks options: the caller's win over the preset's. Content and style are balanced by `strength`,
 * or by `alpha` and `beta`, not both 0: whoever gives one of these puts the other way aside.
 *
 * @throws GivernyError OPTION_INVALID with one sentence about the first bad value, or about a size and a style scale
 *   that together make styles larger than any picture may be.
 */
export function resolveOptions(input: OptionsInput = {}): Options {
  const { preset, ...given } = input;
  if (preset !== undefined && !Object.hasOwn(PRESETS, preset)) {
    throw expected(`one of ${Object.keys(PRESETS).join(', ')}`, 'preset', preset);
  }
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(optionsSchema.shape, name));
  if (unknown !== undefined) {
    throw new GivernyError(
      'OPTION_INVALID',
      `Expected an option among ${Object.keys(optionsSchema.shape).join(', ')} but received ${show(unknown)}.`,
    );
  }
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const wanted = 'steps' in named ? { ...everywhere(named.steps), ...named } : named;
  const absolute = 'alpha' in wanted || 'beta' in wanted;
  if (absolute && 'strength' in wanted) {
    throw new GivernyError('OPTION_INVALID', 'Expected strength, or alpha and beta, but received both.');
  }
  const base: Options = preset === undefined ? DEFAULTS : PRESETS[preset as keyof typeof PRESETS];
  const { alpha, beta } = NOTEBOOK;
  const { strength, ...others } = base;
  const balance = absolute || base.alpha !== undefined ? { alpha, beta } : { strength };
  const merged: Record<string, unknown> = { ...others, ...balance, ...wanted };
  if ('strength' in wanted) {
    delete merged.alpha;
    delete merged.beta;
  }
  const result = optionsSchema.safeParse(merged);
  if (result.success) {
    if (result.data.alpha !== 0 || result.data.beta !== 0) return checkedTogether(textured(result.data, wanted));
    throw new GivernyError('OPTION_INVALID', 'Expected alpha or beta above 0 but received 0 for both.');
  }
  const name = result.error.issues[0]?.path[0] as OptionName;
  throw expected(optionMeta(name).expects, name, merged[name]);
}

/** @throws GivernyError OPTION_INVALID where styles would become larger than the largest size. */
function checkedTogether(options: Options): Options {
  const { size, styleScale } = options;
  const longSidePx = typeof size === 'number' ? size : Math.max(size.width, size.height);
  if (longSidePx * styleScale <= MAX_SIDE_PX) return options;
  throw new GivernyError(
    'OPTION_INVALID',
    `Expected styles of at most ${MAX_SIDE_PX} pixels but size ${longSidePx} times styleScale ${styleScale} is ${Math.round(longSidePx * styleScale)}; lower one of them.`,
  );
}

/** With the scales of a texture where one is asked for, as far as the caller has not given them. */
function textured(options: Options, { firstSize, steps, lastSteps }: Record<string, unknown>): Options {
  if (options.strength !== 1 || (options.init !== 'noise' && options.init !== 1)) return options;
  const most = steps === undefined ? Math.max(TEXTURE.steps, options.steps) : options.steps;
  return {
    ...options,
    firstSize: firstSize === undefined ? TEXTURE.firstSize : options.firstSize,
    steps: most,
    lastSteps: lastSteps === undefined ? most : options.lastSteps,
  };
}

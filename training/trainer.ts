/** One training step after another, and all that must be kept to go on after an interruption. */
import type { Engine } from '#dist/core/graph/engine.js';
import type { Program } from '#dist/core/graph/program.js';
import { scalar, type Tensor, type Tensors, tensor } from '#dist/core/graph/tensor.js';
import type { Network } from '#dist/core/networks/network.js';
import { type AdamState, adamInit, adamUpdate } from '#dist/core/optimizers/adam.js';
import { augment, type Source } from './data.js';
import { advance, begin, type Painting, type Way } from './paintings.js';
import { type Powers, paintingProgram, trainingProgram, viewProgram } from './programs.js';
import { Random } from './random.js';
import { channelsOf, type Pooling, parameterFeeds, type Student } from './student.js';

export interface Settings {
  /** Side of the square pictures. */
  readonly sizePx: number;
  /** Pictures whose gradients are added up before each update. */
  readonly batch: number;
  /** Of Adam, at its highest, as a share of the root mean square that a tensor's numbers begin with. */
  readonly learningRate: number;
  /** Number of paintings in progress. */
  readonly paintings: number;
  /** Share of pictures that come from them, after the first tenth of training. */
  readonly paintingShare: number;
  /** Share of pictures and of paintings on which teacher and student pool maxima; on the others they pool means. */
  readonly maximaShare: number;
  readonly seed: number;
}

export const SETTINGS: Settings = {
  sizePx: 192,
  batch: 1,
  learningRate: 2.5e-3,
  paintings: 16,
  paintingShare: 0.35,
  maximaShare: 0.5,
  seed: 1,
};

/** Share of training in which the learning rate rises from 0. */
const WARM_UP = 0.02;
/** Share of training before paintings join. */
const BEFORE_PAINTINGS = 0.1;
/** Of a picture whose cost is higher, the gradient is scaled down to this cost. */
const MOST_COST = 6;
/** Adam's second beta: shorter than usual, as pictures of very different kinds follow each other. */
const BETA2 = 0.995;

/** What changes while training; a checkpoint holds all of it. */
export interface State {
  readonly student: Student;
  readonly powers: Powers;
  readonly adam: Readonly<Record<string, AdamState>>;
  /** Root mean square of each parameter at the start: what its learning rate is relative to. */
  readonly scales: Readonly<Record<string, number>>;
  readonly random: Random;
  readonly paintings: Painting[];
  step: number;
}

export function startState(student: Student, powers: Powers, { seed }: Settings): State {
  const adam = Object.fromEntries(
    Object.entries(student.parameters).map(([name, { data }]) => [name, adamInit(data.length)]),
  );
  const scales = Object.fromEntries(
    Object.entries(student.parameters).map(([name, { data }]) => [
      name,
      Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0) / data.length),
    ]),
  );
  return { student, powers, adam, scales, random: new Random(seed), paintings: [], step: 0 };
}

/** Relative squared errors of one picture, or means over several. */
export interface Errors {
  readonly features: Readonly<Record<string, number>>;
  readonly grams: Readonly<Record<string, number>>;
}

export interface StepReport extends Errors {
  readonly cost: number;
  /** Whether the picture was a painting in progress. */
  readonly painting: boolean;
}

/** The rate's share of its highest, after a `share` of training: a short rise, then half a cosine down to 0. */
export function rateAt(share: number): number {
  return Math.min(1, share / WARM_UP) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, share)));
}

/** The graphs for one way to pool. */
interface Programs {
  readonly training: Program;
  readonly view: Program;
  readonly painting: Program;
}

export class Trainer {
  readonly #programs: Readonly<Record<Pooling, Programs>>;
  /** Offsets and scales of an ordinary picture. */
  readonly #zeros: Tensors;

  private constructor(
    readonly settings: Settings,
    readonly state: State,
    readonly source: Source,
    programs: Readonly<Record<Pooling, Programs>>,
    zeros: Tensors,
  ) {
    this.#programs = programs;
    this.#zeros = zeros;
  }

  static async create(
    engine: Engine,
    teacher: Network,
    state: State,
    source: Source,
    settings: Settings,
  ): Promise<Trainer> {
    const { student, powers } = state;
    const { sizePx } = settings;
    const zeros = Object.fromEntries(
      student.taps.flatMap((tap) => {
        const zero = tensor([channelsOf(teacher, tap), channelsOf(teacher, tap)]);
        return [
          [`${tap}.offset`, zero],
          [`${tap}.scale`, scalar(0)],
        ];
      }),
    );
    const programsOf = async (pooling: Pooling): Promise<Programs> => ({
      training: await trainingProgram(engine, teacher, student, powers, sizePx, pooling),
      view: await viewProgram(engine, student, sizePx, pooling),
      painting: await paintingProgram(engine, teacher, student, sizePx, pooling),
    });
    const programs = { average: await programsOf('average'), max: await programsOf('max') };
    return new Trainer(settings, state, source, programs, zeros);
  }

  /**
   * One update of all parameters.
   *
   * @param share how much of training lies behind, 0..1.
   * @returns a report per picture.
   */
  async step(share: number): Promise<StepReport[]> {
    const { state, settings } = this;
    const reports: StepReport[] = [];
    const gradients = new Map<string, Float32Array>();
    for (let i = 0; i < settings.batch; i++) {
      const painting = share >= BEFORE_PAINTINGS && state.random.chance(settings.paintingShare);
      const results = painting
        ? await this.#onPainting()
        : await this.#onPicture(await this.#nextPicture(), this.#nextPooling());
      const report = { ...errorsOf(results, state.student.taps), cost: numberOf(results.cost), painting };
      reports.push(report);
      if (!Number.isFinite(report.cost)) continue;
      // Few pictures are so odd that their gradients would drown all others.
      const weight = Math.min(1, MOST_COST / report.cost) / settings.batch;
      for (const name of Object.keys(state.student.parameters)) {
        const { data } = results[`gradient.${name}`] as Tensor;
        const sum = gradients.get(name) ?? new Float32Array(data.length);
        for (let j = 0; j < sum.length; j++) sum[j] = (sum[j] as number) + weight * (data[j] as number);
        gradients.set(name, sum);
      }
    }
    for (const [name, gradient] of gradients) {
      const learningRate = settings.learningRate * rateAt(share) * (state.scales[name] as number);
      const options = { learningRate, beta2: BETA2, epsilon: 1e-12 };
      adamUpdate((state.student.parameters[name] as Tensor).data, gradient, state.adam[name] as AdamState, options);
    }
    state.step += 1;
    return reports;
  }

  /** Mean errors over pictures [3, sizePx, sizePx] minus the mean. */
  async evaluate(pictures: readonly Float32Array[], pooling: Pooling): Promise<Errors> {
    const { taps } = this.state.student;
    const features: Record<string, number> = {};
    const grams: Record<string, number> = {};
    for (const picture of pictures) {
      const errors = errorsOf(await this.#onPicture(picture, pooling), taps);
      for (const tap of taps) {
        features[tap] = (features[tap] ?? 0) + (errors.features[tap] as number) / pictures.length;
        grams[tap] = (grams[tap] ?? 0) + (errors.grams[tap] as number) / pictures.length;
      }
    }
    return { features, grams };
  }

  async dispose(): Promise<void> {
    for (const programs of Object.values(this.#programs)) {
      for (const program of Object.values(programs)) await program.dispose();
    }
  }

  async #nextPicture(): Promise<Float32Array> {
    const { random } = this.state;
    return augment(await this.source.crop(random), this.settings.sizePx, random);
  }

  #nextPooling(): Pooling {
    return this.state.random.chance(this.settings.maximaShare) ? 'max' : 'average';
  }

  #onPicture(picture: Float32Array, pooling: Pooling, special: Tensors = {}): Promise<Tensors> {
    const { sizePx } = this.settings;
    return this.#programs[pooling].training.run({
      ...parameterFeeds(this.state.student),
      ...this.#zeros,
      plain: scalar(1),
      ...special,
      picture: tensor([1, 3, sizePx, sizePx], picture),
    });
  }

  /** Carries a random painting on, then learns from it. */
  async #onPainting(): Promise<Tensors> {
    const { state, settings, source } = this;
    const { random, paintings, student } = state;
    const { sizePx } = settings;
    const place = random.below(settings.paintings);
    let painting = paintings[place];
    if (!painting || painting.adam.time >= painting.steps || !painting.pixels.every(Number.isFinite)) {
      painting = await begin(source, random, sizePx, this.#nextPooling());
      // Places before this one may still be empty: then the list grows by one.
      paintings[Math.min(place, paintings.length)] = painting;
    }
    const programs = this.#programs[painting.pooling];
    const { styleGrams } = await advance(painting, programs, parameterFeeds(student), random, sizePx);
    painting.way ??= await this.#wayOf(painting);
    const special: Record<string, Tensor> = { plain: scalar(PLAIN_SHARE) };
    for (const tap of student.taps) {
      const { shape, data } = painting.way.styleGrams[tap] as Tensor;
      const seen = (styleGrams[`${tap}.gram`] as Tensor).data;
      special[`${tap}.offset`] = tensor(
        shape,
        seen.map((value, i) => value - (data[i] as number)),
      );
      special[`${tap}.scale`] = scalar(painting.way.lengths[tap] as number);
    }
    return this.#onPicture(painting.pixels, painting.pooling, special);
  }

  async #wayOf({ content, style, pooling }: Painting): Promise<Way> {
    const [photo, styleGrams] = [await this.#teacherGrams(content, pooling), await this.#teacherGrams(style, pooling)];
    const lengths = Object.entries(styleGrams).map(([tap, { data }]) => {
      const from = (photo[tap] as Tensor).data;
      return [tap, data.reduce((sum, value, i) => sum + (value - (from[i] as number)) ** 2, 0)];
    });
    return { styleGrams, lengths: Object.fromEntries(lengths) };
  }

  async #teacherGrams(picture: Float32Array, pooling: Pooling): Promise<Tensors> {
    const results = await this.#onPicture(picture, pooling);
    return Object.fromEntries(this.state.student.taps.map((tap) => [tap, results[`${tap}.gram`] as Tensor]));
  }
}

/** How much of a painting's own Gram matrix counts beside the way from photo to style, where the two are much alike. */
const PLAIN_SHARE = 0.03;

function numberOf(value: Tensor | undefined): number {
  return value?.data[0] ?? Number.NaN;
}

function errorsOf(results: Tensors, taps: readonly string[]): Errors {
  const all = (ending: string) => Object.fromEntries(taps.map((tap) => [tap, numberOf(results[`${tap}.${ending}`])]));
  return { features: all('error'), grams: all('gramError') };
}

/** Paints with a pocket network and with its teacher, and lets the teacher judge: `node dist/training/evaluate.js --help`. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import type { Costs } from '#dist/core/costs/objective/objective.js';
import { wholeObjective } from '#dist/core/costs/objective/whole.js';
import { scalar, type Tensor, tensor } from '#dist/core/graph/tensor.js';
import { toNetwork } from '#dist/core/networks/formats/canonical.js';
import { readNetworkFile } from '#dist/core/networks/formats/read.js';
import { isSafetensors, readSafetensors, writeSafetensors } from '#dist/core/networks/formats/safetensors.js';
import { type Network, networkOf, pooledIn, VGG_MEAN } from '#dist/core/networks/network.js';
import { subtractMean } from '#dist/core/networks/pixels.js';
import { type Options, resolveOptions } from '#dist/core/options/options.js';
import { paint } from '#dist/core/painting/paint.js';
import { fitPicture } from '#dist/core/pictures/fit.js';
import { type Picture, picture, toBytes } from '#dist/core/pictures/picture.js';
import { createNodeEngine } from '#dist/engines/node.js';
import { writeAtomically } from '#dist/node/files/atomic.js';
import { type LoadedPicture, readPicture } from '#dist/node/files/pictures.js';
import { calibrated, costChannels, halved } from './calibrate.js';
import { loadCheckpoint } from './checkpoint.js';

const HELP = `Usage: node dist/training/evaluate.js --pocket <file> --teacher <file> --contents <folder>
       --styles <folder> --out <folder> [options]

  --pocket <file>      an exported network, or a checkpoint; without it only the teacher paints, into its cache
  --teacher <file>     the network that judges; what it paints is kept in --cache
  --contents <folder>  photographs
  --styles <folder>    paintings; every pair is painted
  --pairs <list>       only these, as content*style,content*style
  --out <folder>       for table.md, results.json and a strip of pictures per pair (photo, style, teacher, pocket)
  --cache <folder>     (default <out>/teacher)
  --size <px>          (default 400)
  --steps <n>          (default 200)
  --preset <name>      of giverny paint (default notebook)
  --init <start>       content, noise or a share of noise (default: the preset's)
  --optimizer <name>   adam or lbfgs (default: the preset's)
  --threads <n>        of the engine (default all)
`;

const { values: flags } = parseArgs({
  options: {
    pocket: { type: 'string' },
    teacher: { type: 'string' },
    contents: { type: 'string' },
    styles: { type: 'string' },
    pairs: { type: 'string' },
    out: { type: 'string' },
    cache: { type: 'string' },
    size: { type: 'string', default: '400' },
    steps: { type: 'string', default: '200' },
    preset: { type: 'string', default: 'notebook' },
    init: { type: 'string' },
    optimizer: { type: 'string' },
    threads: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help || !flags.teacher || !flags.contents || !flags.styles || !flags.out) {
  console.log(HELP);
  process.exit(flags.help ? 0 : 2);
}
const out = flags.out;
const cache = flags.cache ?? path.join(out, 'teacher');

/** A painted picture and what it took. */
interface Painted {
  readonly picture: Picture;
  /** Median of the steps' wall times. */
  readonly secondsPerStep: number;
}

/** What the teacher says of one pair. */
interface Result {
  readonly content: string;
  readonly style: string;
  readonly start: Costs;
  readonly byTeacher: Costs;
  readonly byPocket: Costs;
  readonly teacherSecondsPerStep: number;
  readonly pocketSecondsPerStep: number;
}

const engine = createNodeEngine(flags.threads ? { threads: Number(flags.threads) } : {});
const teacher = await openNetwork(flags.teacher, 'teacher');
const pocket = flags.pocket === undefined ? undefined : await openNetwork(flags.pocket, 'pocket');
const options = resolveOptions({
  preset: flags.preset,
  size: flags.size,
  steps: flags.steps,
  init: flags.init,
  optimizer: flags.optimizer,
});
await mkdir(out, { recursive: true });

const contents = await pictures(flags.contents);
const styles = await pictures(flags.styles);
const wanted = flags.pairs?.split(',');
const results: Result[] = [];
for (const content of contents) {
  for (const style of styles) {
    const pair = `${content.name}*${style.name}`;
    if (wanted && !wanted.includes(pair)) continue;
    const job = await jobOf(content, style);
    const teachers = await teacherPainting(content, style, job);
    if (!pocket) continue;
    const result = await judge(pocket, content, style, job, teachers);
    results.push(result);
    console.log(`${pair}: ${(100 * decrease(result)).toFixed(1)} %, style ${styleRatio(result).toFixed(2)}`);
    await writeFile(path.join(out, 'results.json'), JSON.stringify(results, undefined, 2));
    await writeFile(path.join(out, 'table.md'), table(results, pocket));
  }
}
if (pocket) console.log(`\n${table(results, pocket)}`);

interface Named extends LoadedPicture {
  /** Its file's name without the ending. */
  readonly name: string;
}

async function pictures(folder: string): Promise<Named[]> {
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
  return Promise.all(
    names.map(async (name) => ({ ...(await readPicture(path.join(folder, name))), name: path.parse(name).name })),
  );
}

/** Opens a network file or a checkpoint; of a checkpoint, the network that would be exported. */
async function openNetwork(file: string, name: string): Promise<Network> {
  const bytes = await readFile(file);
  const { metadata } = isSafetensors(bytes) ? readSafetensors(bytes, file, () => false) : { metadata: {} };
  if ('run' in metadata) {
    const { student } = (await loadCheckpoint(file)).state;
    return {
      ...networkOf(name, '', halved(calibrated(student)), VGG_MEAN, pooledIn(student)),
      costChannels: costChannels(student),
    };
  }
  const network = await toNetwork(name, await readNetworkFile(file, bytes));
  const channels = 'costChannels' in metadata ? metadata.costChannels : undefined;
  return channels ? { ...network, costChannels: JSON.parse(channels as string) as Record<string, number> } : network;
}

async function jobOf(contentFile: Named, styleFile: Named): Promise<Job> {
  const content = (await fitPicture(contentFile, options.size)).picture;
  const style = (await fitPicture(styleFile, options.size)).picture;
  return { content, styles: [{ picture: style, weight: 1 }], options };
}

async function judge(
  pocket: Network,
  contentFile: Named,
  styleFile: Named,
  job: Job,
  teachers: Painted,
): Promise<Result> {
  const { content } = job;
  const pockets = await paintWith(pocket, job);
  const objective = await wholeObjective(engine, { ...job, network: teacher, options });
  const costs = async (of: Picture) => (await objective.evaluate(subtractMean(of, teacher))).costs;
  const result = {
    content: contentFile.name,
    style: styleFile.name,
    start: await costs(await startOf(pocket, job)),
    byTeacher: await costs(teachers.picture),
    byPocket: await costs(pockets.picture),
    teacherSecondsPerStep: teachers.secondsPerStep,
    pocketSecondsPerStep: pockets.secondsPerStep,
  };
  await objective.dispose();
  await writeStrip(path.join(out, `${contentFile.name}-${styleFile.name}.png`), [
    content,
    (await fitPicture(styleFile, { width: content.width, height: content.height })).picture,
    teachers.picture,
    pockets.picture,
  ]);
  return result;
}

interface Job {
  readonly content: Picture;
  readonly styles: readonly { readonly picture: Picture; readonly weight: number }[];
  readonly options: Options;
}

async function paintWith(network: Network, job: Job): Promise<Painted> {
  const seconds: number[] = [];
  let last: Picture | undefined;
  for await (const step of paint({ ...job, network }, engine)) {
    seconds.push(step.seconds);
    if (step.step === step.steps - 1) last = step.picture;
  }
  return { picture: last as Picture, secondsPerStep: median(seconds) };
}

/** The picture that both start from: with a learning rate so small that nothing moves. */
async function startOf(pocket: Network, job: Job): Promise<Picture> {
  const still = { ...job.options, optimizer: 'adam' as const, steps: 1, learningRate: 1e-6 };
  return (await paintWith(pocket, { ...job, options: still })).picture;
}

/** What the teacher paints, from the cache where it was painted before. */
async function teacherPainting(content: Named, style: Named, job: Job): Promise<Painted> {
  const key = JSON.stringify({ teacher: teacher.hash, content: content.sha256, style: style.sha256, options });
  const file = path.join(cache, `${createHash('sha256').update(key).digest('hex').slice(0, 24)}.safetensors`);
  const { width, height } = job.content;
  const known = await readFile(file).catch(() => undefined);
  if (known) {
    const { tensors } = readSafetensors(new Uint8Array(known), file);
    const [pixels, seconds] = [tensors.pixels as Tensor, tensors.secondsPerStep as Tensor];
    return { picture: picture(width, height, pixels.data), secondsPerStep: seconds.data[0] as number };
  }
  const painted = await paintWith(teacher, job);
  const tensors = {
    pixels: tensor([3, height, width], painted.picture.data),
    secondsPerStep: scalar(painted.secondsPerStep),
  };
  await writeAtomically(file, writeSafetensors(tensors, { key }));
  return painted;
}

/** The pocket's share of the teacher's decrease of J. */
function decrease({ start, byTeacher, byPocket }: Result): number {
  return (start.total - byPocket.total) / (start.total - byTeacher.total);
}

/** The style cost of the pocket's picture as a multiple of that of the teacher's. */
function styleRatio({ byTeacher, byPocket }: Result): number {
  return (byPocket.style ?? 0) / (byTeacher.style ?? 0);
}

function table(all: readonly Result[], pocket: Network): string {
  const rows = all.map((r) => [
    `${r.content} x ${r.style}`,
    r.start.total.toExponential(3),
    r.byTeacher.total.toExponential(3),
    r.byPocket.total.toExponential(3),
    `${(100 * decrease(r)).toFixed(1)} %`,
    styleRatio(r).toFixed(2),
    `${r.teacherSecondsPerStep.toFixed(2)} s`,
    `${r.pocketSecondsPerStep.toFixed(2)} s`,
  ]);
  const [decreases, ratios] = [all.map(decrease), all.map(styleRatio)];
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const summary = [
    `Decrease: mean ${(100 * mean(decreases)).toFixed(1)} %, worst ${(100 * Math.min(...decreases)).toFixed(1)} %.`,
    `Style cost: mean ${mean(ratios).toFixed(2)}, worst ${Math.max(...ratios).toFixed(2)} times the teacher's.`,
    `${options.steps} steps of ${options.optimizer}, long side ${JSON.stringify(options.size)} px, start ${options.init};`,
    `pocket of ${describe(pocket)}.`,
  ];
  const head = ['pair', 'J start', 'J teacher', 'J pocket', 'share of decrease', 'style ratio', 'step', 'pocket step'];
  return `${[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n${summary.join(' ')}\n`;
}

function describe({ convolutions }: Network): string {
  const blocks = Array.from({ length: Math.max(...convolutions.map(({ block }) => block)) }, (_, i) =>
    convolutions.filter(({ block }) => block === i + 1).map(({ outputChannels }) => outputChannels),
  );
  const pooled = pooledIn({ convolutions });
  return `${blocks.join('/')} channels (${convolutions.length} convolutions${pooled ? `, pools before ${pooled.join(', ')}` : ''})`;
}

async function writeStrip(file: string, parts: readonly Picture[]): Promise<void> {
  const { width, height } = parts[0] as Picture;
  const strip = sharp({ create: { width: width * parts.length, height, channels: 3, background: 'white' } });
  const composed = strip.composite(
    parts.map((part, i) => ({
      input: Buffer.from(toBytes(part)),
      raw: { width, height, channels: 3 as const },
      left: i * width,
      top: 0,
    })),
  );
  await composed.png().toFile(file);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

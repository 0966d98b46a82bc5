/** Trains a pocket network: `node dist/training/train.js --help`. */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { toNetwork } from '#dist/core/networks/formats/canonical.js';
import { readNetworkFile } from '#dist/core/networks/formats/read.js';
import { type Network, vggTable } from '#dist/core/networks/network.js';
import { createNodeEngine } from '#dist/engines/node.js';
import { loadCheckpoint, type Run, saveCheckpoint } from './checkpoint.js';
import { augment, folderSource } from './data.js';
import { initialise, secondMoments } from './initialise.js';
import { trace } from './matrix.js';
import { withPools } from './move-pools.js';
import { Random } from './random.js';
import { TAPS, type Widths } from './student.js';
import { type Errors, SETTINGS, type Settings, type StepReport, startState, Trainer } from './trainer.js';

const HELP = `Usage: node dist/training/train.js --teacher <file> --data <folder> --out <folder> [options]

  --teacher <file>     the network to learn from (VGG-19, any supported format)
  --data <folder>      photographs, and paintings named art-...
  --out <folder>       for checkpoint.safetensors, log.jsonl and log.txt
  --widths <table>     channels, blocks apart by / (default ${'20,20/56,56/112,104,104,104/304,208,160,160/208'})
  --pooled <list>      convolutions that read a pool (default: the first of each block), such as conv1_2,conv2_2
  --from <file>        a network to begin with, instead of the teacher; its pools may move to --pooled
  --minutes <n>        time for training (default 60); the learning rate falls to 0 within it
  --until <hh:mm>      or the clock time at which it ends
  --size <px>          side of the crops (default ${SETTINGS.sizePx})
  --batch <n>          crops per update (default ${SETTINGS.batch})
  --rate <n>           highest learning rate (default ${SETTINGS.learningRate})
  --evaluate <n>       minutes between evaluations (default 10)
  --seed <n>           of everything random (default ${SETTINGS.seed})
  --threads <n>        of the engine (default all)
  --resume             goes on from the checkpoint in --out
  --again              as --resume, but over a new stretch of time: the learning rate rises to --rate and falls again
  --dry                shows what the kept channels cannot predict, layer by layer, and ends
`;

const SAVE_EVERY_S = 180;
const LOG_EVERY = 50;
/** Pictures whose second moments choose the channels. */
const MOMENT_PICTURES = 80;
/** Pictures that moved layers and maps are fitted to. */
const FITTED_PICTURES = 160;

const { values: flags } = parseArgs({
  options: {
    teacher: { type: 'string' },
    data: { type: 'string' },
    out: { type: 'string' },
    widths: { type: 'string', default: '20,20/56,56/112,104,104,104/304,208,160,160/208' },
    pooled: { type: 'string' },
    from: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    until: { type: 'string' },
    size: { type: 'string', default: String(SETTINGS.sizePx) },
    batch: { type: 'string', default: String(SETTINGS.batch) },
    rate: { type: 'string', default: String(SETTINGS.learningRate) },
    evaluate: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(SETTINGS.seed) },
    threads: { type: 'string' },
    resume: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    dry: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help || !flags.teacher || !flags.data || !flags.out) {
  console.log(HELP);
  process.exit(flags.help ? 0 : 2);
}
const out = flags.out;
const checkpointPath = path.join(out, 'checkpoint.safetensors');
await mkdir(out, { recursive: true });

let started = false;
const engine = createNodeEngine(flags.threads ? { threads: Number(flags.threads) } : {});
const teacher = await toNetwork('teacher', await readNetworkFile(flags.teacher, await readFile(flags.teacher)));
const { state, run } = flags.again
  ? await beginAgain()
  : flags.resume
    ? await loadCheckpoint(checkpointPath)
    : await begin();
const { settings } = run;
const source = await folderSource(flags.data, settings.sizePx);
const trainer = await Trainer.create(engine, teacher, state, source, settings);

// Time is measured anew from here; what was trained before counts with it.
const begun = performance.now();
started = true;
const elapsed = () => run.seconds + (performance.now() - begun) / 1000;
const budget = run.seconds + secondsLeft();
// Where the time left changes the whole, the share goes on from where it was.
const shareNow = () => run.share + ((1 - run.share) * (elapsed() - run.seconds)) / Math.max(1, budget - run.seconds);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopping = true;
  });
}

const heldOut = await source.heldOut();
const augmentation = new Random(7);
const heldOutAugmented = heldOut.map((picture) => augment(picture, settings.sizePx, augmentation));

let reports: StepReport[] = [];
let savedAt = elapsed();
let evaluatedAt = elapsed();
if (!flags.resume && !flags.again) {
  // What was fitted is kept, whatever comes.
  await save();
  await evaluateNow();
}
while (shareNow() < 1 && !stopping) {
  reports.push(...(await trainer.step(shareNow())));
  // Signals are heard between steps.
  await new Promise((resolve) => setImmediate(resolve));
  if (state.step % LOG_EVERY === 0) await logSteps();
  if (elapsed() - savedAt > SAVE_EVERY_S) await save();
  if (elapsed() - evaluatedAt > 60 * Number(flags.evaluate)) await evaluateNow();
}
await save();
if (!stopping) await evaluateNow(1);
await trainer.dispose();

async function begin() {
  const settings: Settings = {
    ...SETTINGS,
    sizePx: Number(flags.size),
    batch: Number(flags.batch),
    learningRate: Number(flags.rate),
    seed: Number(flags.seed),
  };
  const widths: Widths = flags.widths.split('/').map((block) => block.split(',').map(Number));
  const layers = vggTable(widths).map(({ name }) => name);
  const taps = TAPS.filter((tap) => layers.includes(tap));
  const { sizePx } = settings;
  const random = new Random(settings.seed);
  const sample = await (await folderSource(flags.data as string, sizePx)).sample(FITTED_PICTURES);
  const pixels = sample.map((picture) => augment(picture, sizePx, random));
  const some = pixels.filter((_, i) => i % Math.ceil(FITTED_PICTURES / MOMENT_PICTURES) === 0);
  const origin = flags.from ? await untapped(flags.from) : teacher;
  const moments = await secondMoments(engine, origin, layers, some, sizePx);
  const { student, unexplained } = initialise(origin, widths, taps, moments);
  await log(`unexplained ${row(unexplained)}`, { unexplained });
  if (flags.dry) process.exit(0);
  const powers = Object.fromEntries(
    Object.entries(await secondMoments(engine, teacher, taps, some, sizePx)).map(([tap, moment]) => [
      tap,
      trace(moment) / moment.rows,
    ]),
  );
  const pooled = flags.pooled?.split(',');
  const run: Run = { widths, ...(pooled && { pooled }), taps, settings, seconds: 0, share: 0 };
  const table = vggTable(widths, pooled);
  const fitted = pooled || flags.from ? await withPools(engine, student, table, teacher, { pixels, sizePx }) : student;
  return { state: startState(fitted, powers, settings), run };
}

/** A network whose layers can all be looked at. */
async function untapped(file: string): Promise<Network> {
  const network = await toNetwork('origin', await readNetworkFile(file, await readFile(file)));
  const tensors = Object.entries(network.tensors).filter(([name]) => !name.endsWith('.tap'));
  return { ...network, tensors: Object.fromEntries(tensors) };
}

async function beginAgain() {
  const { state, run } = await loadCheckpoint(checkpointPath);
  const settings: Settings = { ...run.settings, learningRate: Number(flags.rate) };
  return { state, run: { ...run, settings, seconds: 0, share: 0 } satisfies Run };
}

function secondsLeft(): number {
  if (!flags.until) return 60 * Number(flags.minutes) - (flags.resume ? run.seconds : 0);
  const [hours, minutes] = flags.until.split(':').map(Number) as [number, number];
  const end = new Date();
  end.setHours(hours, minutes, 0, 0);
  if (end.getTime() < Date.now()) end.setDate(end.getDate() + 1);
  return (end.getTime() - Date.now()) / 1000;
}

async function save(): Promise<void> {
  savedAt = elapsed();
  await saveCheckpoint(checkpointPath, state, { ...run, seconds: elapsed(), share: Math.min(1, shareNow()) });
}

/** Errors of every n-th picture that is held out: an evaluation takes as long as so many steps. */
async function evaluateNow(every = 3): Promise<void> {
  const some = (pictures: readonly Float32Array[]) => pictures.filter((_, i) => i % every === 0);
  const plain = await trainer.evaluate(some(heldOut), 'average');
  const augmented = await trainer.evaluate(some(heldOutAugmented), 'average');
  const maxima = await trainer.evaluate(some(heldOutAugmented), 'max');
  evaluatedAt = elapsed();
  const text = (name: string, errors: Errors) =>
    `held out ${name} features ${row(errors.features)} | Grams ${row(errors.grams)}`;
  await log([text('plain    ', plain), text('augmented', augmented), text('aug. max.', maxima)].join(`\n${where()} `), {
    heldOut: { plain, augmented, maxima },
  });
}

async function logSteps(): Promise<void> {
  const kinds = { pictures: reports.filter((r) => !r.painting), paintings: reports.filter((r) => r.painting) };
  const means = Object.fromEntries(
    Object.entries(kinds).map(([kind, of]) => [
      kind,
      {
        count: of.length,
        cost: mean(of.map((r) => r.cost)),
        features: meanOf(of.map((r) => r.features)),
        grams: meanOf(of.map((r) => r.grams)),
      },
    ]),
  );
  const lines = Object.entries(means)
    .filter(([, { count }]) => count > 0)
    .map(([kind, m]) => `${kind} ${m.count} cost ${m.cost.toFixed(4)} ${row(m.features)} | ${row(m.grams)}`);
  reports = [];
  await log(lines.join(' || '), means);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function meanOf(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  return Object.fromEntries(run.taps.map((tap) => [tap, mean(records.map((record) => record[tap] as number))]));
}

function row(numbers: Readonly<Record<string, number>>): string {
  return Object.values(numbers)
    .map((value) => value.toFixed(4))
    .join(' ');
}

function where(): string {
  return `${new Date().toTimeString().slice(0, 8)} step ${state.step}`;
}

async function log(text: string, data: object): Promise<void> {
  const head = started ? `${where()} (${(100 * shareNow()).toFixed(1)} %)` : new Date().toTimeString().slice(0, 8);
  console.log(`${head} ${text}`);
  await appendFile(path.join(out, 'log.txt'), `${head} ${text}\n`);
  const facts = started ? { step: state.step, seconds: elapsed(), share: shareNow() } : {};
  await appendFile(path.join(out, 'log.jsonl'), `${JSON.stringify({ time: new Date(), ...facts, ...data })}\n`);
}

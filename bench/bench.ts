/**
 * Speed and memory in one run: steps beside PyTorch's, whole paintings, their start. `npm run bench -- --help`;
 * docs/performance.md explains the results.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PRESETS } from '#dist/core/options/options.js';
import { torchPython } from '../test/support/python.js';
import { growthChart } from './chart.js';
import { raceToNotebook } from './notebook.js';
import { type PaintingResult, timePainting } from './painting.js';
import { measureStep, type StepResult, table } from './step.js';

const USAGE = `Usage: npm run bench -- [options]
  --network <path>      VGG-19 as a safetensors file (default: $GIVERNY_VGG19, ../shared/weights/vgg19.safetensors)
  --size <WxH>          size of a step; may be repeated (default: 400x300, 512x512 and 1152x864, 0.1 to 1 megapixel)
  --full                steps of 4 megapixels too, and paintings of 1024 pixels with VGG-19
  --threads <n>         of a step; may be repeated (default: 1 and as many as there are)
  --styles <n>          of a step; may be repeated, PyTorch paints from one (default: 1 and 4)
  --rounds <n>          timed steps of each engine (default: 5)
  --layout <layout>     PyTorch's tensors: contiguous, channels_last, mkldnn; may be repeated (default: mkldnn)
  --only <part>         steps, paintings, notebook: the way to its cost, beside PyTorch's; or forecasts: short paintings
                        of many kinds, for their memory, which are not run otherwise
  --out <folder>        for bench.json, bench.md and growth.svg (default: output/bench)`;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const { values: flags } = parseArgs({
  options: {
    network: { type: 'string' },
    size: { type: 'string', multiple: true, default: ['400x300', '512x512', '1152x864'] },
    full: { type: 'boolean', default: false },
    threads: { type: 'string', multiple: true, default: [...new Set(['1', String(availableParallelism())])] },
    styles: { type: 'string', multiple: true, default: ['1', '4'] },
    rounds: { type: 'string', default: '5' },
    layout: { type: 'string', multiple: true, default: ['mkldnn'] },
    only: { type: 'string' },
    out: { type: 'string', default: path.join('output', 'bench') },
    help: { type: 'boolean' },
  },
});
if (flags.help) {
  console.log(USAGE);
  process.exit();
}
const network = flags.network ?? process.env.GIVERNY_VGG19 ?? path.join(ROOT, '../shared/weights/vgg19.safetensors');
if (!existsSync(network)) fail(`Expected VGG-19 at ${network}: name its file with --network or GIVERNY_VGG19.`);
const PARTS = ['steps', 'paintings', 'notebook', 'forecasts'];
if (flags.only !== undefined && !PARTS.includes(flags.only)) {
  fail(`Expected one of ${PARTS.join(', ')} for --only but received "${flags.only}".`);
}
const wants = (part: string) => flags.only === undefined || flags.only === part;
const machine = `${cpus()[0]?.model}, ${availableParallelism()} threads, Node ${process.versions.node}`;
console.log(`${machine} (load before: ${loadavg()[0]?.toFixed(1)})`);
if (torchPython === undefined) console.log('Found no Python with torch (GIVERNY_PYTHON may name one): giverny alone.');

const steps = wants('steps') ? await allSteps() : [];
const paintings = [
  ...(wants('paintings') ? await allTimed(wholePaintings()) : []),
  ...(flags.only === 'forecasts' ? await allTimed(forecastPaintings()) : []),
];
const race = wants('notebook') ? await raceToNotebook(network, availableParallelism()) : undefined;
await mkdir(flags.out, { recursive: true });
await writeFile(path.join(flags.out, 'bench.json'), JSON.stringify({ machine, steps, paintings, race }, undefined, 2));
await writeFile(
  path.join(flags.out, 'bench.md'),
  [machine, ...markdown(stepRows()), ...markdown(paintingRows()), ...markdown(raceRows()), ''].join('\n'),
);
if (steps.length > 0) await writeFile(path.join(flags.out, 'growth.svg'), growthChart(steps, machine));
console.log('');
if (paintings.length > 0) table(paintingRows());
if (race) table(raceRows());

async function allSteps(): Promise<StepResult[]> {
  const rounds = count('rounds', flags.rounds);
  const sizes = [...flags.size, ...(flags.full ? ['2304x1728'] : [])].map(parseSize);
  const results: StepResult[] = [];
  for (const threads of flags.threads.map((n) => count('threads', n))) {
    for (const styles of flags.styles.map((n) => count('styles', n))) {
      for (const size of sizes) {
        const conditions = { network, layouts: flags.layout, rounds, threads, styles };
        results.push(...(await measureStep(size, conditions)));
      }
    }
  }
  return results;
}

function wholePaintings(): string[] {
  return [
    '--network pocket --preset draft',
    '--network pocket --size 512',
    '--network pocket --size 1024',
    `--network ${network} --size 512`,
    ...(flags.full ? [`--network ${network} --size 1024`] : []),
  ];
}

/** Of every kind that memory is forecast of, at one scale, with steps enough for all that the optimiser remembers. */
function forecastPaintings(): string[] {
  const more = ['glass', 'gold', 'ink'].map((name) => `--style ${path.join(ROOT, `examples/styles/${name}.jpg`)}`);
  const kinds = [
    '--network pocket --size 384',
    '--network pocket --size 768',
    '--network pocket --size 1024',
    '--network pocket --size 1024 --statistic gram',
    '--network pocket --size 1024 --statistic sliced',
    `--network pocket --size 1024 ${more.join(' ')}`,
    '--network pocket --size 1600 --max-memory 1.2GB',
    '--network pocket --size 1600 --max-memory 2GB --statistic sliced',
    `--network ${network} --size 400`,
    `--network ${network} --size 768`,
    `--network ${network} --size 1024 --max-memory 1.3GB`,
  ];
  return kinds.map((kind) => `${kind} --first-size 0 --steps 6 --large-steps 6`);
}

async function allTimed(wanted: readonly string[]): Promise<PaintingResult[]> {
  const results: PaintingResult[] = [];
  for (const one of wanted) {
    results.push(await timePainting(one));
    console.log(`${results.length} of ${wanted.length} paintings`);
  }
  return results;
}

function stepRows(): string[][] {
  const rows = steps.map((step) => [
    step.engine,
    `${step.width}x${step.height}`,
    String(step.threads),
    String(step.styles),
    step.seconds.toFixed(3),
    (step.peakBytes / 1e9).toFixed(2),
  ]);
  return [['engine', 'size', 'threads', 'styles', 's/step', 'peak GB'], ...rows];
}

function paintingRows(): string[][] {
  const rows = paintings.map((one) => [
    one.flags.replace(network, 'vgg19').replaceAll(`${path.join(ROOT, 'examples/styles')}${path.sep}`, ''),
    `${one.width}x${one.height}`,
    String(one.steps),
    one.firstStepSeconds.toFixed(1),
    one.seconds.toFixed(1),
    one.forecastSeconds.toFixed(1),
    one.rest === undefined ? '-' : `${one.rest.forecastSeconds.toFixed(1)} of ${one.rest.seconds.toFixed(1)}`,
    one.peakBytes === undefined ? '-' : (one.peakBytes / 1e9).toFixed(2),
    (one.forecastBytes / 1e9).toFixed(2),
  ]);
  const times = ['first step s', 's in all', 'forecast s', 'after ten steps, forecast of s left'];
  return [['painting', 'size', 'steps', ...times, 'peak GB', 'forecast GB'], ...rows];
}

function raceRows(): string[][] {
  if (!race) return [[]];
  const row = (engine: string, steps: number, seconds: number, cost: number) => [
    ...[engine, String(steps), seconds.toFixed(1)],
    ...[(race.torchSeconds / seconds).toFixed(1), cost.toExponential(3)],
  ];
  return [
    [`to the notebook's cost, ${race.width}x${race.height}`, 'steps', 's', 'times as fast', 'cost by PyTorch'],
    row('PyTorch, Adam', PRESETS.notebook.steps, race.torchSeconds, race.target),
    row('Giverny, L-BFGS', race.steps, race.seconds, race.reached),
  ];
}

function markdown(rows: readonly string[][]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [head = [], ...body] = rows;
  return body.length === 0 ? [] : ['', line(head), line(head.map(() => '---')), ...body.map(line)];
}

/** [width, height] of "400x300". */
function parseSize(text: string): [number, number] {
  const [, width, height] =
    /^(\d+)x(\d+)$/.exec(text) ?? fail(`Expected <width>x<height> for --size but received "${text}".`);
  return [Number(width), Number(height)];
}

function count(name: string, text: string): number {
  const n = Number(text);
  return Number.isInteger(n) && n >= 1
    ? n
    : fail(`Expected a whole number from 1 for --${name} but received "${text}".`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

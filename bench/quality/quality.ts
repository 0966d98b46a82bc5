/**
 * Measures the quality of paintings: `npm run bench:quality -- --help`.
 *
 * Every program paints every pair in a process of its own, through its own command line, and VGG-19 judges the files
 * by statistics that none of them optimised. What was painted before is not painted again.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { PRESETS } from '#dist/core/options/options.js';
import { fitPicture } from '#dist/core/pictures/fit.js';
import type { Picture } from '#dist/core/pictures/picture.js';
import { createNodeEngine } from '#dist/engines/node.js';
import { readPicture } from '#dist/node/files/pictures.js';
import { type OpenedNetwork, openNetwork } from '#dist/node/networks/open.js';
import { GUARDS } from './guards.js';
import { Judge } from './judge.js';
import { type Conditions, fileName, type PaintingFile, paintingOf } from './paintings.js';
import { type Pair, pairName, pairsOf } from './pairs.js';
import { paretoChart } from './pareto.js';
import { planeChart } from './plane.js';
import { type Program, presetProgram, referenceProgram, torchPrograms, variantProgram } from './programs.js';
import { brokenGuards, type Result, summaries, tableOf } from './results.js';
import { type Cell, writeSheet } from './sheets.js';

const USAGE = `Usage: npm run bench:quality -- [options]
  --contents <folder>     photographs (default: three that come with npm)
  --styles <folder>       paintings (default: examples/styles)
  --pairs <list>          photo*painting,... (default: all pairs of the folders; without folders, six)
  --presets <list>        of ours, or none (default: all: ${Object.keys(PRESETS).join(', ')})
  --variant <text>        our command with other flags, "name: --steps 50 --alpha 500"; may be repeated
  --reference <text>      another program, "name: command {content} {style} {output} {size} {seconds}"; may be
                          repeated; variants and references may also have {next}, {photo} and {painting}
  --no-torch              without the reference in PyTorch
  --size <px>             long side (default 512)
  --seconds <n>           the same wall time for every painting (default: as much as it takes)
  --judge <name or file>  VGG-19 (default: $GIVERNY_VGG19, else vgg19 from the cache)
  --network <name or file>  what ours paint with (default: the judge)
  --names                 sheets name photos and paintings, and do not show them
  --out <folder>          for results.json, table.md, pareto and plane (.svg, .png), sheets and paintings
                          (default output/quality)`;

const { values: flags } = parseArgs({
  options: {
    contents: { type: 'string' },
    styles: { type: 'string' },
    pairs: { type: 'string' },
    presets: { type: 'string', default: Object.keys(PRESETS).join(',') },
    variant: { type: 'string', multiple: true, default: [] },
    reference: { type: 'string', multiple: true, default: [] },
    'no-torch': { type: 'boolean', default: false },
    size: { type: 'string', default: '512' },
    seconds: { type: 'string' },
    judge: { type: 'string', default: process.env.GIVERNY_VGG19 ?? 'vgg19' },
    network: { type: 'string' },
    names: { type: 'boolean', default: false },
    out: { type: 'string', default: path.join('output', 'quality') },
    help: { type: 'boolean' },
  },
});
if (flags.help) {
  console.log(USAGE);
  process.exit();
}

const engine = createNodeEngine();
try {
  await run();
} catch (error) {
  // Wrong use is said in one sentence; the rest is for whoever mends it.
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function run(): Promise<void> {
  const { size, seconds } = { size: positive('size') as number, seconds: positive('seconds') };
  const pairs = await pairsOf(flags);
  const judge = await openJudge();
  const programs = programsOf(judge);
  const { out } = flags;
  await mkdir(out, { recursive: true });
  const machine = `${cpus()[0]?.model}, ${availableParallelism()} threads, Node ${process.versions.node}`;
  const budget = seconds === undefined ? '' : `, ${seconds} s each`;
  const what = `${pairs.length} pair${pairs.length > 1 ? 's' : ''}, long side ${size} px${budget}; ${machine}`;
  console.log(`${what} (load before: ${loadavg()[0]?.toFixed(1)})`);
  const results: Result[] = [];
  const cells = new Map<string, Cell[]>();
  for (const pair of pairs) {
    const painted = await paintAll(programs, pair, { folder: path.join(out, 'paintings'), size, seconds });
    for (const result of await judgeAll(judge, pair, painted, size)) {
      results.push(result);
      console.log(`${result.pair}  ${result.program}: ${result.scores.score.toFixed(3)}`);
    }
    for (const [{ name }, { file, seconds: took }] of painted) {
      const cell = { ...pair, file, caption: `${took.toFixed(0)} s` };
      cells.set(name, [...(cells.get(name) ?? []), cell]);
    }
    // After every pair, so that a run that is stopped has something to show.
    await report(results, what);
  }
  for (const [name, of] of cells) {
    await writeSheet(path.join(out, `sheet-${fileName(name)}.jpg`), name, of, !flags.names);
  }
  const broken = brokenGuards(summaries(results));
  if (broken.length > 0) {
    console.error(['The measures are not to be trusted:', ...broken].join('\n'));
    process.exitCode = 1;
  }
}

/** @throws RangeError where there is no VGG-19: no other network may judge. */
async function openJudge(): Promise<OpenedNetwork> {
  const judge = await openNetwork(flags.judge).catch((error: Error) => {
    throw new RangeError(`VGG-19 judges, and it is missing: ${error.message}`);
  });
  const widest = Math.max(...judge.convolutions.map(({ outputChannels }) => outputChannels));
  if (judge.convolutions.length >= 16 && widest === 512) return judge;
  throw new RangeError(`Expected VGG-19 for --judge but received "${flags.judge}".`);
}

function programsOf(judge: OpenedNetwork): Program[] {
  // Programs run in folders of their own.
  const absolute = (file: string) => (existsSync(file) ? path.resolve(file) : file);
  const [judged, network] = [absolute(judge.path), absolute(flags.network ?? judge.path)];
  const presets = flags.presets === 'none' ? [] : flags.presets.split(',');
  const torch = flags['no-torch'] || !judged.endsWith('.safetensors') ? [] : torchPrograms(judged);
  if (torch.length === 0 && !flags['no-torch']) {
    console.log(
      'Without PyTorch: it wants torch, numpy and Pillow (GIVERNY_PYTHON may name a Python) and safetensors.',
    );
  }
  const programs = [
    ...presets.map((name) => presetProgram(name, network)),
    ...flags.variant.map((text) => variantProgram(text, network)),
    ...flags.reference.map(referenceProgram),
    ...torch,
  ];
  if (programs.length === 0) throw new RangeError('Expected at least one program that paints but received none.');
  const names = programs.map(({ name }) => fileName(name));
  const twice = names.find((name, i) => name === '' || names.indexOf(name) !== i);
  if (twice !== undefined) throw new RangeError(`Expected programs of different names but received "${twice}" twice.`);
  return programs;
}

async function paintAll(programs: readonly Program[], pair: Pair, conditions: Conditions) {
  const painted: [Program, PaintingFile][] = [];
  for (const program of programs) painted.push([program, await paintingOf(program, pair, conditions)]);
  return painted;
}

async function judgeAll(
  network: OpenedNetwork,
  pair: Pair,
  painted: readonly (readonly [Program, PaintingFile])[],
  size: number,
): Promise<Result[]> {
  const load = async (file: string, to: number | Picture = size) =>
    (await fitPicture(await readPicture(file), to)).picture;
  const photo = await load(pair.content.path);
  const painting = await load(pair.style.path);
  const judge = await Judge.create(engine, network, photo, painting);
  const results: Result[] = [];
  for (const [name, make] of Object.entries(GUARDS)) {
    const scores = await judge.judge(await make(photo, painting));
    results.push({ program: name, kind: 'guard', pair: pairName(pair), scores });
  }
  for (const [{ name, kind }, { file, seconds, peakBytes }] of painted) {
    const scores = await judge.judge(await load(file, photo));
    results.push({ program: name, kind, pair: pairName(pair), scores, seconds, peakBytes });
  }
  return results;
}

async function report(results: readonly Result[], what: string): Promise<void> {
  const write = (name: string, text: string) => writeFile(path.join(flags.out, name), text);
  const words = process.argv.slice(2).map((word) => (/^[\w.,/-]+$/.test(word) ? word : `'${word}'`));
  const command = ['npm run bench:quality --', ...words].join(' ');
  await write('results.json', `${JSON.stringify({ what, command, results }, undefined, 2)}\n`);
  await write('table.md', tableOf(results, `# Quality\n\n${what}.\n\n\`${command}\``));
  const means = summaries(results);
  for (const [name, chart] of Object.entries({ pareto: paretoChart, plane: planeChart })) {
    const svg = chart(means, what);
    await write(`${name}.svg`, svg);
    await sharp(Buffer.from(svg), { density: 144 })
      .png()
      .toFile(path.join(flags.out, `${name}.png`));
  }
}

function positive(name: 'size' | 'seconds'): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  if (Number(text) >= 1) return Number(text);
  throw new RangeError(`Expected a number of at least 1 for --${name} but received "${text}".`);
}

/**
 * Kills the command (kill -9) at random moments, lets the same command go on, and compares the picture with that of an
 * unbroken run, byte by byte: `node dist/bench/kill-and-resume.js [--kills 50] [--seed 1]`.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { MOMENTS, type Moment, type Painting, paintWhole, runAndKill, seeded, stateOf, statesIn } from './kills.js';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
});
const kills = Number(values.kills);
const random = seeded(Number(values.seed));
const folder = await mkdtemp(join(tmpdir(), 'giverny-kills-'));
const say = (line: string) => process.stdout.write(`${line}\n`);

/** A picture of soft waves. */
async function draw(name: string, width: number, height: number, wave: number): Promise<void> {
  const bytes = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
    return 128 + 60 * Math.sin((x * (c + 1)) / wave + y / 9) + 50 * Math.cos((y * wave) / 40);
  });
  await sharp(bytes, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(join(folder, name));
}

const FLAGS = '--network pocket --size 64 --first-size 40 --first-steps 12 --steps 12 --tolerance 0'.split(' ');
const painting = (output: string): Painting => ({
  main: fileURLToPath(import.meta.resolve('#dist/cli/main.js')),
  folder,
  args: ['photo.png', 'style.png', ...FLAGS],
  output,
  steps: 24,
});

try {
  await draw('photo.png', 80, 64, 9);
  await draw('style.png', 64, 64, 3);
  const began = performance.now();
  let prepareMs = 0;
  const whole = await paintWhole(painting('whole.png'));
  prepareMs = performance.now() - began;
  for (const { type, seconds } of whole.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))) {
    if (type === 'step') prepareMs -= seconds * 1000;
  }
  if (whole.code !== 0) throw new Error(`Expected an unbroken painting but it ended with ${whole.code}.`);
  const wanted = await readFile(join(folder, 'whole.png'));
  say(`giverny photo.png style.png ${FLAGS.join(' ')}, the state written after every step; seed ${values.seed}`);
  say(`unbroken: ${whole.step + 1} steps, ${wanted.length} bytes`);
  let failures = 0;
  let done = 0;
  for (let n = 1; done < kills; n++) {
    const one = painting(`out-of-${n}.png`);
    for (let again = true; again && done < kills; ) {
      const moment = MOMENTS[Math.floor(random() * MOMENTS.length)] as Moment;
      const from = (await stateOf(one)) ?? 0;
      const { code, step, resumed } = await runAndKill(one, moment, random, from, prepareMs);
      const held = await stateOf(one);
      const place = step < 0 ? 'before its first step' : `after step ${step}`;
      const begun = resumed === undefined ? '' : ` (gone on from ${resumed})`;
      // A kill that comes too late does not count.
      if (code === undefined) done++;
      const how = code === undefined ? `killed ${moment}, ${place}${begun}` : `it ended before it was killed ${moment}`;
      say(`${String(done).padStart(2)} ${one.output}: ${how}; the state holds ${held ?? 'no'} steps`);
      again = code === undefined && random() < 0.5;
    }
    // What was done before its kill is done.
    const isDone = existsSync(join(folder, one.output)) && (await stateOf(one)) === undefined;
    const last = isDone ? undefined : await paintWhole(one);
    const same = wanted.equals(await readFile(join(folder, one.output)));
    const left = statesIn(folder).length;
    if (!same || left > 0) failures++;
    const how = last ? `resumed from ${last.resumed ?? 'the beginning'}, exit code ${last.code}` : 'it was whole';
    say(`   ${one.output}: ${how}: ${same ? 'the same bytes' : 'OTHER BYTES'}, ${left} states left`);
  }
  say(`${kills} kills, ${failures} failures`);
  process.exitCode = failures === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

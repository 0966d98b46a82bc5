/**
 * The published package: packed from a fresh copy of the sources, installed into an empty folder, used as the README
 * says.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CHROMIUM, launchBrowser } from '../studio/support/browser.js';
import { expectNoProblems, openStudio, press, untilSays } from '../studio/support/studio.js';
import { install, registryAnswers, run, succeed } from './npm.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const online = await registryAnswers();
if (!online) console.warn('npm reaches no registry: the tests of the packed package skip.');

/**
 * Most bytes of the packed package; 22.1 MB when this was written, of which the studio's runtime takes 10.2 and what its
 * server sends compressed 1.3.
 */
const MOST_PACKED_BYTES = 23_000_000;

const work = mkdtempSync(join(tmpdir(), 'giverny-package-'));
const clone = join(work, 'clone');
/** Where the package is installed, with a photo and a painting. */
const user = join(work, 'user');
const installed = join(user, 'node_modules/giverny');
let tarball: string;

/** Copies what a fresh clone has: no installed packages, nothing built. */
function copySources(): void {
  const absent = new Set(['node_modules', 'dist', '.git', 'output', 'coverage', '.cache']);
  cpSync(ROOT, clone, {
    recursive: true,
    filter: (path) => !absent.has(basename(path)) && !path.endsWith('.tsbuildinfo'),
  });
}

async function prepare(): Promise<void> {
  copySources();
  const [packed] = (await succeed(clone, ['npm', 'pack', '--silent'])).trim().split('\n').slice(-1);
  tarball = join(clone, packed as string);
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{ "name": "user", "version": "1.0.0", "type": "module" }');
}

afterAll(() => rmSync(work, { recursive: true, force: true, maxRetries: 3 }));

describe.skipIf(!online)('the packed package', () => {
  beforeAll(prepare, 300_000);

  test('npm pack of a fresh clone builds code and studio, and keeps small', async () => {
    expect(statSync(tarball).size).toBeLessThan(MOST_PACKED_BYTES);
    const files = (await succeed(clone, ['tar', 'tzf', basename(tarball)])).trim().split(/\r?\n/);
    for (const name of ['dist/cli/main.js', 'dist/web.d.ts', 'dist/studio/index.html', 'THIRD-PARTY.md', 'LICENSE']) {
      expect(files).toContain(`package/${name}`);
    }
    expect(files.filter((name) => /tsbuildinfo|\/(test|bench|training)\/.*\.js$/.test(name))).toEqual([]);
    // What the package holds once isn't in the studio's folder again.
    expect(files.filter((name) => name.endsWith('pocket.safetensors'))).toEqual(['package/models/pocket.safetensors']);
  });

  test('installs where the runtime cannot download its GPU libraries, and says how to get the runtime', async () => {
    await install(user, [tarball], { GLOBAL_AGENT_HTTPS_PROXY: 'http://127.0.0.1:9' });
    for (const name of ['photo', 'painting'])
      cpSync(join(installed, `docs/boats-${name}.jpg`), join(user, `${name}.jpg`));
    if (!existsSync(join(user, 'node_modules/onnxruntime-node'))) {
      const { code, stderr } = await run(user, ['npx', 'giverny', 'photo.jpg', 'painting.jpg']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^Expected the package onnxruntime-node but .* npm install giverny --ignore-scripts\.\n$/);
    }
    await install(user, [tarball, 'onnxruntime-web', '@types/node@20', '--ignore-scripts']);
    expect(existsSync(join(user, 'node_modules/onnxruntime-node'))).toBe(true);
  });

  test('every file that the README links is in the package', () => {
    const readme = readFileSync(join(installed, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link]) => link as string);
    const missing = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(installed, link)));
    expect(links.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });

  test('the command paints', async () => {
    const flags = ['--size', '64', '--steps', '1', '--first-size', '0'];
    await succeed(user, ['npx', 'giverny', 'photo.jpg', 'painting.jpg', ...flags]);
    expect(await sharp(join(user, 'photo-painting.png')).metadata()).toMatchObject({ width: 64, height: 51 });
  });

  test('code paints from files and in memory', async () => {
    expect(await paintFromCode([process.execPath])).toEqual({ seconds: 'number', width: 64, steps: 2 });
  });

  test('a cost written outside of the package paints, and its gradient is checked by the same helper as ours', async () => {
    cpSync(new URL('../../examples/terms/', import.meta.url), join(user, 'terms'), { recursive: true });
    writeFileSync(
      join(user, 'term.mjs'),
      `import { checkGradient, tensor } from 'giverny/graph';
      import { createNodeEngine, paintFile, resolveOptions, termsOf } from 'giverny/node';
      import { coral } from './terms/coral.mjs';
      const term = coral('conv3_1', 1);
      const positions = 60;
      const random = (length, seed) => Float32Array.from({ length }, (_, i) => Math.sin(seed * (i + 1) ** 1.7));
      const cost = (own, style) => {
        const measure = (features) => term.measure({ layer: () => ({ features, positions }) });
        return term.cost(measure(own), measure(style));
      };
      const at = [tensor([5, positions], random(300, 1)), tensor([5, positions], random(300, 2))];
      const [error] = await checkGradient(createNodeEngine(), cost, at, { wanted: [0] });
      const options = { size: 64, steps: 8, firstSize: 0 };
      const terms = termsOf(resolveOptions(options)).filter(({ name }) => name !== 'style');
      const costs = [];
      await paintFile({
        content: 'photo.jpg', styles: ['painting.jpg'], output: 'coral.png', options,
        terms: [...terms, term], onStep: (step) => costs.push(step.costs.coral),
      });
      console.log(JSON.stringify({ error, fell: costs.at(-1) / costs[0], names: terms.map(({ name }) => name) }));`,
    );
    const lines = (await succeed(user, [process.execPath, 'term.mjs'])).trim().split('\n');
    const { error, fell, names } = JSON.parse(lines.at(-1) as string);
    expect(error).toBeLessThan(0.005);
    expect(fell).toBeLessThan(0.5);
    expect(names).toEqual(['content', 'variation', 'unevenness']);
  });

  const nodes = process.env.npm_lifecycle_event === 'test:node-versions' ? [20, 22, 24] : [];
  test.skipIf(nodes.length === 0).each(nodes)('code paints in Node %i', async (version) => {
    const node = ['npx', '--yes', '-p', `node@${version}`, 'node'] as const;
    expect(await succeed(user, [...node, '--version'])).toMatch(new RegExp(`^v${version}\\.`));
    expect(await paintFromCode(node)).toEqual({ seconds: 'number', width: 64, steps: 2 });
  });

  test('a bundle takes of the package what it uses', async () => {
    const { build } = await import('vite');
    const root = join(user, 'bundle');
    mkdirSync(root);
    const sizeOf = async (names: string) => {
      writeFileSync(join(root, 'entry.js'), `export { ${names} } from 'giverny';`);
      const lib = { entry: 'entry.js', formats: ['es' as const] };
      const [built] = (await build({
        root,
        configFile: false,
        logLevel: 'error',
        build: { lib, write: false, minify: 'oxc' },
      })) as { output: { code?: string }[] }[];
      return built?.output.reduce((sum, { code = '' }) => sum + code.length, 0);
    };
    // 0.4 and 241 kB when this was written.
    expect(await sizeOf('VGG_MEAN')).toBeLessThan(1000);
    expect(await sizeOf('paint, resolveOptions')).toBeLessThan(260_000);
  });

  describe('types', () => {
    const code = `
      import { GivernyError, type Options, paint, readNetwork, resolveOptions } from 'giverny';
      import { add, gradients, input, type Node } from 'giverny/graph';
      import { createNodeEngine, openNetwork, paintFile, type PaintRequest, startPainting } from 'giverny/node';
      import { gramMatrix, modelNN } from 'giverny/notebook';
      export const options: Options = resolveOptions({ size: 64 });
      export const request: PaintRequest = { content: 'a.jpg', styles: [{ picture: 'b.jpg', weight: 2 }], output: 'c.png' };
      export const node: Node = add(input('a', [2]), input('b', [2]));
      export const all = [GivernyError, paint, readNetwork, gradients, createNodeEngine, openNetwork, paintFile];
      export const more = [startPainting, gramMatrix, modelNN];
      // @ts-expect-error Proves that these are types, not any.
      export const wrong: Options = resolveOptions({ size: {} });`;
    const page = `
      import { createWebEngine, decodePicture, openPocketNetwork, paint, toImageData } from 'giverny/web';
      export const draw = async (blob: Blob): Promise<ImageData> => {
        const { data, width, height } = toImageData(await decodePicture(blob));
        return new ImageData(data, width, height);
      };
      export const all = [createWebEngine({ runtimeFiles: '/ort/' }), openPocketNetwork(), paint];`;

    test.each(['node16', 'nodenext', 'bundler'])('resolve under %s without skipLibCheck', async (moduleResolution) => {
      const module = moduleResolution === 'bundler' ? 'esnext' : moduleResolution;
      const compile = async (name: string, text: string, lib: string[], types: string[]) => {
        const folder = join(user, `${name}-${moduleResolution}`);
        mkdirSync(folder);
        writeFileSync(join(folder, `${name}.ts`), text);
        const compilerOptions = { strict: true, noEmit: true, skipLibCheck: false, target: 'es2022' };
        writeFileSync(
          join(folder, 'tsconfig.json'),
          JSON.stringify({ compilerOptions: { ...compilerOptions, module, moduleResolution, lib, types } }),
        );
        const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
        expect((await run(folder, [process.execPath, compiler, '-p', '.'])).stdout).toBe('');
      };
      await compile('code', code, ['es2023'], ['node']);
      await compile('page', page, ['es2023', 'dom'], []);
    });
  });

  describe.skipIf(CHROMIUM === undefined)('in a browser', { retry: 1 }, () => {
    test('the studio paints', async () => {
      const main = join(installed, 'dist/cli/main.js');
      const studio = spawn(process.execPath, [main, 'studio', '--json'], { cwd: user });
      onTestFinished(() => void studio.kill());
      const { value } = await createInterface(studio.stdout)[Symbol.asyncIterator]().next();
      const { url } = JSON.parse(value as string) as { url: string };
      const browser = await launchBrowser();
      onTestFinished(() => browser.close());
      const context = await browser.newContext({ locale: 'en-GB' });
      const opened = await openStudio(context, url, 'photo=boats&style=swirls&size=64&steps=2&first-size=0');
      await press(opened.page, 'Paint');
      await untilSays(opened.page, /Done/);
      expectNoProblems(opened);
    });

    const BUNDLED = 'with threads, the runtime where the bundler puts it';
    const FOLDER = 'without threads, the runtime in a folder of its own';
    test.each([BUNDLED, FOLDER])('the example page paints, %s', async (how) => {
      const { build, preview } = await import('vite');
      const root = join(user, how === BUNDLED ? 'bundled' : 'folder');
      cpSync(join(installed, 'examples/page'), root, { recursive: true });
      // Small and short, so that the test is.
      let script = readFileSync(join(root, 'main.js'), 'utf8');
      script = script.replace("{ preset: 'draft', size: 256 }", '{ size: 64, steps: 2, firstSize: 0 }');
      if (how === FOLDER) {
        script = script.replace('createWebEngine()', "createWebEngine({ runtimeFiles: '/ort' })");
        for (const name of ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']) {
          cpSync(join(user, 'node_modules/onnxruntime-web/dist', name), join(root, 'public/ort', name));
        }
      }
      writeFileSync(join(root, 'main.js'), script);
      await build({ root, configFile: false, logLevel: 'error' });
      const isolation = {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      };
      const headers = how === BUNDLED ? isolation : {};
      const server = await preview({ root, configFile: false, preview: { host: '127.0.0.1', port: 0, headers } });
      onTestFinished(() => server.close());
      const browser = await launchBrowser();
      onTestFinished(() => browser.close());
      const visit = await browser.newPage();
      const asked: string[] = [];
      visit.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await visit.goto(server.resolvedUrls?.local[0] as string);
      await visit.locator('#photo').setInputFiles(join(user, 'photo.jpg'));
      await visit.locator('#painting').setInputFiles(join(user, 'painting.jpg'));
      await visit.getByRole('button', { name: 'Paint', exact: true }).click();
      await visit.locator('output').filter({ hasText: 'Done' }).waitFor();
      expect(await visit.evaluate('crossOriginIsolated')).toBe(how === BUNDLED);
      const runtime = how === BUNDLED ? /^\/assets\/ort-wasm.*\.wasm$/ : /^\/ort\/ort-wasm.*\.wasm$/;
      expect(asked.filter((path) => path.endsWith('.wasm'))).toEqual([expect.stringMatching(runtime)]);
      const shot = await sharp(await visit.locator('canvas').screenshot()).stats();
      // A painted picture, not an empty canvas.
      expect(shot.entropy).toBeGreaterThan(3);
    });
  });
});

/** Paints with the installed package: once from files, once in memory. */
async function paintFromCode(node: readonly [string, ...string[]]): Promise<unknown> {
  writeFileSync(
    join(user, 'paint.mjs'),
    `import { paint } from 'giverny';
    import { createNodeEngine, fitPicture, openNetwork, paintFile, readPicture, resolveOptions } from 'giverny/node';
    const small = { size: 64, steps: 2, firstSize: 0 };
    const { seconds } = await paintFile({
      content: 'photo.jpg', styles: ['painting.jpg'], output: 'painted.png', options: small,
    });
    const options = resolveOptions(small);
    const load = async (path) => (await fitPicture(await readPicture(path), options.size)).picture;
    const job = {
      content: await load('photo.jpg'),
      styles: [{ picture: await load('painting.jpg'), weight: 1 }],
      network: await openNetwork('pocket'),
      options,
    };
    let steps = 0;
    let width = 0;
    for await (const { picture } of paint(job, createNodeEngine())) { steps++; width = picture.width; }
    console.log(JSON.stringify({ seconds: typeof seconds, width, steps }));`,
  );
  const lines = (await succeed(user, [...node, 'paint.mjs'])).trim().split('\n');
  return JSON.parse(lines.at(-1) as string);
}

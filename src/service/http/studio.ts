/** The studio's page as this server hands it out: it says that here is a service, which can paint for it. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Hono } from 'hono';
import { answerWith, type FileAnswer } from '../../node/served-file.js';
import { headersOf, ISOLATION, type PageFile } from '../../node/studio-files.js';
import { Refusal } from '../problems.js';
import type { Env, ServiceParts } from './context.js';

/** Where the page is, below the root. */
const PLACE = '/studio';

export function studioRoutes({ files, place }: NonNullable<ServiceParts['studio']>): Hono<Env> {
  return new Hono<Env>()
    .get(PLACE, (context) => context.redirect(`${PLACE}/`))
    .get(`${PLACE}/*`, async (context) => {
      const path = context.req.path.slice(PLACE.length);
      const file = files.get(path);
      if (!file) throw new Refusal('NOT_FOUND', 'Expected a path of the studio but received another.');
      const headers = { ...ISOLATION, ...headersOf(path, file) };
      if (file === files.get('/')) return context.body(await marked(file, place), 200, headers);
      const asked = { method: context.req.method, header: (name: string) => context.req.header(name) };
      return responseOf(await answerWith(file, asked, headers));
    });
}

/** The page with what it looks for to know that a service handed it out. */
async function marked({ path }: PageFile, place: string): Promise<string> {
  const html = await readFile(path, 'utf8');
  return html.replace('</head>', `<meta name="giverny-service" content="${place}">\n</head>`);
}

function responseOf({ status, headers, body }: FileAnswer): Response {
  const stream = body && Readable.toWeb(createReadStream(body.path, body));
  return new Response((stream as ReadableStream<Uint8Array> | undefined) ?? null, { status, headers });
}

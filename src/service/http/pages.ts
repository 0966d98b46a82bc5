/** What is there for everybody to read, without a token: the service's pages and the document of its API. */
import { type Context, Hono } from 'hono';
import { VERSION } from '../../node/version.js';
import { API_VERSION } from '../api.js';
import type { ServerView } from '../contract.js';
import { openApiDocument } from '../openapi.js';
import { homePage } from '../pages/home.js';
import { type Html, POLICY } from '../pages/layout.js';
import { referencePage } from '../pages/reference.js';
import { ICON, STYLE } from '../pages/style.js';
import type { Env, ServiceParts } from './context.js';

export function publicRoutes({ isLocal, studio }: ServiceParts): Hono<Env> {
  const shown = async (context: Context<Env>, content: Html) => {
    context.header('content-security-policy', POLICY);
    return context.html(content);
  };
  return new Hono<Env>()
    .get('/', (context) => shown(context, homePage({ hasStudio: studio !== undefined, needsToken: !isLocal })))
    .get('/api', (context) => shown(context, referencePage(openApiDocument())))
    .get('/style.css', (context) => context.text(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }))
    .get('/icon.svg', (context) => context.body(ICON, 200, { 'content-type': 'image/svg+xml' }))
    .get('/v1', (context) =>
      context.json({ giverny: VERSION, api: API_VERSION, needsToken: !isLocal } satisfies ServerView),
    )
    .get('/v1/openapi.json', (context) => context.json(openApiDocument()));
}

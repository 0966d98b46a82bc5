/** The HTTP application, which needs no port: `app.request(...)` answers as well. */
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { GivernyError } from '../../core/errors.js';
import { tokenBodySchema } from '../contract.js';
import { kept } from '../kept.js';
import { metrics } from '../metrics.js';
import { problemOf, Refusal } from '../problems.js';
import { databaseError, isOfDriver } from '../store/failures.js';
import { mostBytes } from '../store/workers.js';
import { createToken } from '../trust/tokens.js';
import { limitedBodies } from './bodies.js';
import { checked, type Env, jsonOf, ownerOf, type ServiceParts } from './context.js';
import { authenticated, logged, sameSite } from './guard.js';
import { publicRoutes } from './pages.js';
import { paintingRoutes } from './paintings.js';
import { pictureRoutes } from './pictures.js';
import { studioRoutes } from './studio.js';

/** How long figures are taken as they were, however many ask for them. */
const FIGURES_MS = 2000;

export function serviceApp(parts: ServiceParts): Hono<Env> {
  const { database, logger } = parts;
  const app = new Hono<Env>();
  app.onError((thrown, context) => {
    const problem = problemOf(toldOf(thrown));
    if (problem.status >= 500) logger.error({ code: problem.code, name: thrown.name, stack: stackOf(thrown) });
    const headers = thrown instanceof Refusal ? thrown.headers : {};
    return context.body(JSON.stringify(problem), problem.status as 500, {
      ...headers,
      'content-type': 'application/problem+json',
    });
  });
  app.notFound(() => {
    throw new Refusal('NOT_FOUND', 'Expected a path that this server knows but received another.');
  });
  app.use(logged(parts), secureHeaders({ crossOriginEmbedderPolicy: true, xFrameOptions: 'DENY' }), sameSite(parts));
  app.route('/', publicRoutes(parts));
  if (parts.studio) app.route('/', studioRoutes(parts.studio));
  app.get('/health', (context) => context.json({ status: 'ok' }));
  app.get('/ready', async (context) => {
    await database.query('select 1');
    if ((await mostBytes(database)) === undefined) {
      throw new Refusal('NOT_READY', 'Expected a worker that could paint but none is there.');
    }
    return context.json({ status: 'ready' });
  });
  app.use(authenticated(parts), ...limitedBodies());
  const figures = kept(FIGURES_MS, () => metrics(database));
  app.get('/metrics', async (context) => {
    ownerOf(context, 'admin');
    return context.text(await figures(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
  app.get('/v1/networks', async (context) => {
    ownerOf(context, 'read');
    const networks = await parts.networks.list();
    return context.json({ networks: networks.map(({ name, title, licence }) => ({ name, title, licence })) });
  });
  app.post('/v1/tokens', async (context) => {
    ownerOf(context, 'admin');
    const body = checked(tokenBodySchema, await jsonOf(context), 'the body');
    return context.json({ token: await createToken(database, body) }, 201);
  });
  app.route('/v1/pictures', pictureRoutes(parts));
  app.route('/v1/paintings', paintingRoutes(parts));
  return app;
}

function toldOf(thrown: Error): unknown {
  if (thrown instanceof GivernyError || thrown instanceof Refusal || !isOfDriver(thrown)) return thrown;
  // Node's word for a client that is gone before its request was whole.
  if ('code' in thrown && thrown.code === 'ECONNRESET' && thrown.message === 'aborted') {
    return new Refusal('HTTP_INVALID', 'Expected a whole request but the connection was closed.');
  }
  return databaseError(thrown);
}

/** Where it happened, without what it says, which may hold values. */
const stackOf = ({ stack = '' }: Error) =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8);

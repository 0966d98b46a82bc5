/** The document of the API tells of the requests that the service answers, all of them and as they are. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { SCOPES, type Scope } from '#dist/service/api.js';
import { serviceApp } from '#dist/service/http/app.js';
import { openApiDocument } from '#dist/service/openapi.js';
import { OPERATIONS } from '#dist/service/operations.js';
import { emptyParts, TOKEN } from '../support/service.js';

const headers = { host: '127.0.0.1' };
const app = {
  routes: serviceApp(emptyParts()).routes,
  request: (path: string) => serviceApp(emptyParts()).request(path, { headers }),
};

describe('the document', () => {
  test('is OpenAPI 3.1 to an independent validator, which knows a wrong one', async () => {
    const response = await app.request('/v1/openapi.json');
    expect(response.status).toBe(200);
    const document = (await response.json()) as { openapi: string; paths: Record<string, object> };
    expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true });
    expect(document.openapi).toBe('3.1.0');
    const wrong = { ...document, paths: { ...document.paths, '/v1': { get: { responses: 1 } } } };
    expect(await new Validator().validate(wrong)).toMatchObject({ valid: false });
  });

  test('resolves each of its references', () => {
    const document = openApiDocument();
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, name] of references) expect(document.components.schemas).toHaveProperty(name as string);
  });

  test('has every route of the service but its pages, and no other', () => {
    const routes = app.routes
      .filter(({ method, path }) => method !== 'ALL' && !['/', '/api', '/style.css', '/icon.svg'].includes(path))
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}').replace(/(.)\/$/, '$1')}`);
    expect([...new Set(routes)].sort()).toEqual(OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort());
  });

  test.each(OPERATIONS.map((operation) => [operation.id, operation] as const))(
    '%s asks for the scope that it names',
    async (_, { method, path, scope }) => {
      const url = path.replace('{id}', '00000000-0000-4000-8000-000000000000');
      const ask = async (scopes: readonly Scope[], token = TOKEN) => {
        const init = { method: method.toUpperCase(), headers: { authorization: `Bearer ${token}` } };
        return (await serviceApp(emptyParts(scopes)).request(url, init)).status;
      };
      if (scope === undefined) return expect([401, 403]).not.toContain(await ask([], 'none'));
      expect(await ask(SCOPES, 'none')).toBe(401);
      expect(await ask(SCOPES.filter((other) => other !== scope))).toBe(403);
      expect([401, 403]).not.toContain(await ask([scope]));
    },
  );
});

describe('the pages', () => {
  test.each(['/', '/api'])('%s comes without a token, runs nothing, and links what there is', async (path) => {
    const response = await app.request(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'self';/);
    const html = await response.text();
    expect(html).not.toMatch(/<script|style="|https?:\/\/(?!this)/);
    expect(html).toContain(path === '/' ? 'href="/api"' : 'href="/v1/openapi.json"');
  });

  test('the reference shows every operation, schema and option', async () => {
    const html = await (await app.request('/api')).text();
    for (const { id } of OPERATIONS) expect(html).toContain(`id="${id}"`);
    for (const name of Object.keys(openApiDocument().components.schemas)) expect(html).toContain(`id="${name}"`);
    for (const option of ['styleScale', 'largeSteps', 'seed']) expect(html).toContain(`<code>${option}</code>`);
  });
});

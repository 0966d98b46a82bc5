/** Paths, methods, headers, tokens and bodies that are wrong or meant for others. */
import { pngOf } from '../../support/service.js';
import { type Body, type Hostile, json } from './case.js';

const BOUNDARY = 'between-the-parts';
const NONE = '00000000-0000-4000-8000-000000000000';

const PATHS = [
  '/../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/v1/../../../etc/passwd',
  '/v1/paintings/..%2f..%2fetc%2fpasswd',
  '/v1/paintings/%00',
  '/v1/paintings/%ff%fe',
  '/v1/paintings/%',
  '/v1/paintings/%u0041',
  '/v1/paintings/1',
  '/v1/paintings/-1',
  '/v1/paintings/null',
  "/v1/paintings/'%20or%201=1--",
  `/v1/paintings/${NONE}`,
  `/v1/paintings/${NONE.toUpperCase().replaceAll('0', 'A')}`,
  `/v1/paintings/${NONE}/`,
  `/v1/paintings/${NONE}/result`,
  `/v1/paintings/${NONE}/preview`,
  `/v1/paintings/${NONE}/events`,
  `/v1/paintings/${'a'.repeat(5000)}`,
  '/v1/pictures/%00/bytes',
  '/v1/pictures/..%5c..%5cwin.ini/bytes',
  `/v1/pictures/${NONE}/bytes`,
  '/v1/pictures',
  '/v1/__proto__',
  '/.env',
  '/.git/config',
  '/wp-login.php',
  '/v2/paintings',
  '//v1//paintings',
  '/V1/PAINTINGS',
];

const QUERIES = [
  'limit=0',
  'limit=101',
  'limit=-1',
  'limit=1e9',
  'limit=ten',
  'limit=NaN',
  'limit=Infinity',
  'status=gone',
  'status[]=done',
  'after=1',
  'after=%00',
  `after=${NONE}'`,
  'owner=bob',
  '__proto__=1',
];

const get = (name: string, path: Hostile['path'], status: number, code?: string, more: Partial<Hostile> = {}) =>
  ({ name, path, status, ...(code === undefined ? {} : { code }), ...more }) satisfies Hostile;

const token = (name: string, headers: Hostile['headers'] & object) =>
  get(`token: ${name}`, '/v1/paintings', 401, 'UNAUTHORIZED', { as: undefined, headers });

const his = (what: string, method = 'GET') =>
  get(
    `bob's painting: ${method} ${what}`,
    ({ hisPainting }) => `/v1/paintings/${hisPainting}${what}`,
    404,
    'NOT_FOUND',
    {
      method,
    },
  );

const form = (
  name: string,
  body: Hostile['body'],
  status = 400,
  code = 'OPTION_INVALID',
  boundary = `boundary=${BOUNDARY}`,
) =>
  ({
    name: `multipart: ${name}`,
    path: '/v1/paintings',
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; ${boundary}` },
    body: body as Body,
    status,
    code,
  }) satisfies Hostile;

const part = (disposition: string, value: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: ${disposition}\r\n\r\n${value}\r\n`;
const named = (name: string, value: string) => part(`form-data; name="${name}"`, value);
const file = (name: string, value: string) => part(`form-data; name="${name}"; filename="x.png"`, value);
const END = `--${BOUNDARY}--\r\n`;
const ordered = '{"content":"a","styles":[{"picture":"b"}],"network":"pocket"}';

async function pictured(change: (form: FormData) => void): Promise<FormData> {
  const sent = new FormData();
  sent.set('order', ordered);
  sent.set('a', new File([await pngOf(1)], '../../a.png'));
  sent.set('b', new File([await pngOf(2)], 'b.png'));
  change(sent);
  return sent;
}

const withFiles = (name: string, change: (form: FormData) => void, status = 400, code = 'OPTION_INVALID') =>
  ({
    name: `multipart: ${name}`,
    path: '/v1/paintings',
    method: 'POST',
    body: () => pictured(change),
    status,
    code,
  }) satisfies Hostile;

const range = (value: string, status: number, code?: string) =>
  get(`range: ${value}`, ({ picture }) => `/v1/pictures/${picture}/bytes`, status, code, { headers: { range: value } });

const header = (
  name: string,
  value: string,
  status: number,
  path: Hostile['path'] = ({ picture }) => `/v1/pictures/${picture}/bytes`,
) => get(`${name}: ${value.slice(0, 40)}`, path, status, undefined, { headers: { [name]: value } });

const typed = (type: string) =>
  ({
    name: `type: ${type}`,
    path: '/v1/paintings',
    method: 'POST',
    headers: { 'content-type': type },
    body: '{}',
    status: 415,
    code: 'TYPE_UNSUPPORTED',
  }) satisfies Hostile;

export const REQUESTS: readonly Hostile[] = [
  ...PATHS.map((path) => get(`path ${path.slice(0, 60)}`, path, 404, 'NOT_FOUND')),
  ...QUERIES.map((query) => get(`query ${query}`, `/v1/paintings?${query}`, 400, 'OPTION_INVALID')),
  ...['PUT', 'PATCH', 'OPTIONS', 'PROPFIND', 'PURGE'].map((method) =>
    get(`method ${method}`, '/v1/paintings', 404, 'NOT_FOUND', { method }),
  ),
  get('another method by a header', ({ painting }) => `/v1/paintings/${painting}`, 404, 'NOT_FOUND', {
    method: 'POST',
    headers: { 'x-http-method-override': 'DELETE' },
  }),

  token('none', {}),
  token('empty', { authorization: '' }),
  token('a scheme alone', { authorization: 'Bearer' }),
  token('of another scheme', { authorization: 'Basic YW5uOmFubg==' }),
  token('of another form', { authorization: 'Bearer ann' }),
  token('forged', { authorization: `Bearer giverny_${'0'.repeat(16)}_${'A'.repeat(43)}` }),
  token('with another secret', ({ tokens }) => ({ authorization: `Bearer ${tokens.bob?.slice(0, -1)}~` })),
  token('with a secret changed', ({ tokens }) => ({
    authorization: `Bearer ${tokens.bob?.slice(0, 30)}${'x'.repeat(38)}`,
  })),
  token('with its case changed', ({ tokens }) => ({ authorization: `Bearer ${tokens.bob?.toUpperCase()}` })),
  token('revoked', ({ tokens }) => ({ authorization: `Bearer ${tokens.gone}` })),
  token('twice', ({ tokens }) => ({ authorization: `Bearer ${tokens.ann}, Bearer ${tokens.bob}` })),
  token('long', { authorization: `Bearer ${'A'.repeat(100_000)}` }),
  token('SQL', { authorization: "Bearer giverny_0000000000000000_' or '1'='1" }),
  token('in a cookie', ({ tokens }) => ({ cookie: `token=${tokens.ann}` })),
  get('token: in the query', ({ tokens }) => `/v1/paintings?token=${tokens.ann}`, 401, 'UNAUTHORIZED', {
    as: undefined,
  }),
  get('scope: eve paints', '/v1/pictures', 403, 'FORBIDDEN', { as: 'eve', method: 'POST', body: 'x' }),
  get('scope: eve cancels', `/v1/paintings/${NONE}/cancel`, 403, 'FORBIDDEN', { as: 'eve', method: 'POST' }),
  get('scope: figures', '/metrics', 403, 'FORBIDDEN'),
  get('scope: tokens', '/v1/tokens', 403, 'FORBIDDEN', {
    method: 'POST',
    headers: json,
    body: '{"owner":"ann","scopes":["admin"]}',
  }),
  ...[
    '{"owner":"a/b","scopes":["read"]}',
    '{"owner":"","scopes":["read"]}',
    '{"owner":"x","scopes":["all"]}',
    '{}',
  ].map((body) =>
    get(`a token for ${body}`, '/v1/tokens', 400, 'OPTION_INVALID', {
      as: 'root',
      method: 'POST',
      headers: json,
      body,
    }),
  ),

  ...['', '/result', '/preview', '/events'].map((what) => his(what)),
  ...['/cancel', '/pause', '/resume', '/retry'].map((what) => his(what, 'POST')),
  his('', 'DELETE'),
  get("bob's picture", ({ hisPicture }) => `/v1/pictures/${hisPicture}`, 404, 'NOT_FOUND'),
  get("bob's picture's bytes", ({ hisPicture }) => `/v1/pictures/${hisPicture}/bytes`, 404, 'NOT_FOUND'),
  get("bob's result as a picture", ({ hisResult }) => `/v1/pictures/${hisResult}/bytes`, 404, 'NOT_FOUND'),
  get("bob's picture that ann has", ({ hisPicture }) => `/v1/pictures/${hisPicture}/bytes`, 404, 'NOT_FOUND', {
    headers: { 'if-none-match': '*' },
  }),
  get("after bob's painting", ({ hisPainting }) => `/v1/paintings?after=${hisPainting}`, 200),

  range('bytes=999999-', 416, 'RANGE_INVALID'),
  range('bytes=-0', 416, 'RANGE_INVALID'),
  range('bytes=0-99999999999999999999999', 206),
  range('bytes=-99999999999999999999999', 206),
  range('bytes=99999999999999999999999-', 416, 'RANGE_INVALID'),
  range('bytes=5-1', 200),
  range(`bytes=${'0-1,'.repeat(2000)}0-1`, 200),
  range('bytes=a-b', 200),
  range('pages=1-2', 200),
  range('bytes=0x1-0x2', 200),
  header('if-none-match', '*', 304),
  header('if-none-match', '"'.repeat(5000), 200),
  header('if-none-match', `${'"a",'.repeat(2000)}"b"`, 200),
  header('if-range', 'yesterday', 200),
  header('if-modified-since', 'never', 200),
  header('accept', 'text/html;q=9e99', 200),
  header('accept-encoding', 'gzip;q=x, bomb', 200),
  header('x-forwarded-for', '127.0.0.1', 200),
  get('from another site', '/v1/paintings', 403, 'FORBIDDEN', { headers: { origin: 'https://example.org' } }),
  get('from nowhere', '/v1/paintings', 403, 'FORBIDDEN', { headers: { origin: 'null' } }),
  get('a key with spaces', '/v1/paintings', 400, 'OPTION_INVALID', {
    method: 'POST',
    headers: { ...json, 'idempotency-key': 'a b' },
    body: '{}',
  }),
  get('a long key', '/v1/paintings', 400, 'OPTION_INVALID', {
    method: 'POST',
    headers: { ...json, 'idempotency-key': 'a'.repeat(201) },
    body: '{}',
  }),
  get('a key with a deep order', '/v1/paintings', 400, 'OPTION_INVALID', {
    method: 'POST',
    headers: { ...json, 'idempotency-key': 'k' },
    body: `${'['.repeat(1e5)}${']'.repeat(1e5)}`,
  }),

  ...['', 'text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/jsonp', 'json'].map(typed),
  form('no body', ''),
  form('no boundary', 'x', 400, 'OPTION_INVALID', ''),
  form('another boundary', `--c\r\n\r\n\r\n--c--\r\n`),
  form('no end', named('order', ordered)),
  form('no name', part('form-data', 'x') + END),
  form('another disposition', part('attachment; name="order"', 'x') + END),
  form('no disposition', `--${BOUNDARY}\r\n\r\nx\r\n${END}`),
  form('a header without an end', `--${BOUNDARY}\r\nContent-Disposition: form-data; name="order"`),
  form('a long header', part(`form-data; name="order"; ${'x=y; '.repeat(50_000)}`, 'x') + END),
  form('an order that is no JSON', named('order', '{') + END),
  form('no order', END),
  form('a deep order', named('order', '['.repeat(1e5)) + END),
  form('a long order', named('order', `"${'x'.repeat(2e6)}"`) + END, 413, 'TOO_LARGE'),
  form('a field that is none', named('owner', 'bob') + END),
  form('half a million parts', named('x', '').repeat(5e5) + END),
  form('a boundary of a letter', '-'.repeat(1e6), 400, 'OPTION_INVALID', 'boundary="-"'),
  form('a file that is text', named('order', ordered) + file('a', 'x') + END, 415, 'FORMAT_UNSUPPORTED'),
  form('a file of nothing', named('order', ordered) + file('a', '') + END, 422, 'IMAGE_UNREADABLE'),
  form('an order as a file', file('order', ordered) + END),
  withFiles('20 files', (sent) => {
    for (let i = 0; i < 20; i++) sent.set(`f${i}`, sent.get('a') as File);
  }),
  withFiles('the order twice', (sent) => sent.append('order', '{}')),
  withFiles('the photo twice', (sent) => sent.append('a', sent.get('b') as File)),
  withFiles('a part that the order lacks', (sent) => sent.set('order', '{"content":"z","styles":[{"picture":"b"}]}')),
  withFiles('a part called as a prototype', (sent) =>
    sent.set('order', '{"content":"__proto__","styles":[{"picture":"constructor"}]}'),
  ),
];

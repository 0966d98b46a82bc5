/** The OpenAPI 3.1 document of the service, made from its operations and schemas. */
import { z } from 'zod';
import { DEFAULTS, OPTION_NAMES } from '../core/options/options.js';
import { VERSION } from '../node/version.js';
import { eventSchemas, problemSchema } from './contract.js';
import { type Content, NAMED, OPERATIONS, type Operation, type SchemaName } from './operations.js';

/** JSON Schema as far as the document's reader looks into it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string | undefined;
  readonly schema: Schema;
}

type Media = Readonly<Record<string, { readonly schema: Schema }>>;

export interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const SCHEMAS = {
  ...NAMED,
  Problem: problemSchema,
  StatusEvent: eventSchemas.status,
  StepEvent: eventSchemas.step,
  PreviewEvent: eventSchemas.preview,
};

const uri = (name: string) => `#/components/schemas/${name}`;
const reference = (name: keyof typeof SCHEMAS): Schema => ({ $ref: uri(name) });
const BYTES: Schema = { type: 'string', format: 'binary' };

/** What options say of themselves for forms; JSON Schema has words of its own for it. */
const FORM_WORDS = ['help', 'expects', 'placeholder', 'group', 'choices', 'min', 'max'];

type Loose = Record<string, unknown>;

function plain({ jsonSchema }: { jsonSchema: object }): void {
  const schema = jsonSchema as Loose;
  if (typeof schema.help === 'string') schema.description = schema.help;
  for (const word of FORM_WORDS) delete schema[word];
  // The formats say the same, and can be read.
  if (schema.format === 'uuid' || schema.format === 'date-time') delete schema.pattern;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

/** JSON schemas by name, that of options with the defaults of the preset `balanced`. */
function schemas(): Record<string, Schema> {
  const registry = z.registry<{ id?: string }>();
  for (const [name, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id: name });
  const made = z.toJSONSchema(registry, { io: 'input', unrepresentable: 'any', uri, override: plain }).schemas;
  for (const schema of Object.values(made) as unknown as Loose[]) {
    delete schema.$schema;
    delete schema.$id;
  }
  const named = made as unknown as Record<string, Schema>;
  const options = named.Order?.properties?.options?.properties as Record<string, Loose>;
  for (const name of OPTION_NAMES) {
    if (DEFAULTS[name] !== undefined) Object.assign(options[name] as Loose, { default: DEFAULTS[name] });
  }
  return named;
}

function parametersOf({ path, query, headers = [] }: Operation): Parameter[] {
  const inPath: Parameter[] = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name: name as string,
    in: 'path',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  }));
  const asked = query && (z.toJSONSchema(query, { io: 'input', override: plain }) as unknown as Schema);
  const inQuery: Parameter[] = Object.entries(asked?.properties ?? {}).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(description === undefined ? {} : { description }),
    schema,
  }));
  const inHeader: Parameter[] = headers.map(({ name, text }) => ({
    name,
    in: 'header',
    description: text,
    schema: { type: 'string' },
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

function bodyOf(body: NonNullable<Operation['body']>): Media {
  if (body === 'picture') return { 'application/octet-stream': { schema: BYTES } };
  if (body !== 'order') return { 'application/json': { schema: reference(body) } };
  const form = {
    type: 'object',
    properties: { order: { ...reference('Order'), description: 'The order as JSON.' } },
    required: ['order'],
    additionalProperties: BYTES,
  };
  return { 'application/json': { schema: reference('Order') }, 'multipart/form-data': { schema: form } };
}

function contentOf(answer: Content): Media | undefined {
  const media: Record<Exclude<Content, SchemaName>, Media | undefined> = {
    picture: { 'image/*': { schema: BYTES } },
    events: {
      'text/event-stream': {
        schema: { oneOf: [reference('StatusEvent'), reference('StepEvent'), reference('PreviewEvent')] },
      },
    },
    document: { 'application/json': { schema: { type: 'object' } } },
    text: { 'text/plain': { schema: { type: 'string' } } },
    nothing: undefined,
  };
  return answer in NAMED
    ? { 'application/json': { schema: reference(answer as SchemaName) } }
    : media[answer as Exclude<Content, SchemaName>];
}

function described(operation: Operation): object {
  const { id, group, summary, text, scope, body, status, answer, others = {} } = operation;
  const content = contentOf(answer);
  const whole = { description: 'As asked.', ...(content ? { content } : {}) };
  const more = Object.entries(others).map(([other, description]) => [
    other,
    { description, ...(content && other !== '304' ? { content } : {}) },
  ]);
  const parameters = parametersOf(operation);
  return {
    operationId: id,
    tags: [group],
    summary,
    ...(text === undefined ? {} : { description: text }),
    security: scope ? [{ token: [scope] }] : [],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: bodyOf(body) } } : {}),
    responses: {
      [status]: whole,
      ...Object.fromEntries(more),
      default: {
        description: 'What went wrong.',
        content: { 'application/problem+json': { schema: reference('Problem') } },
      },
    },
  };
}

const DESCRIPTION = `Paintings over HTTP: a photo in the style of a painting, in a queue that outlives the server.

Where the server asks for a token it goes into the header Authorization, as "Bearer giverny_...". Scopes: read, paint, admin. Everybody sees their own pictures and paintings alone.

Errors are problem details (RFC 9457) with one sentence in detail and a stable code. 429 and 503 say in Retry-After after how many seconds to come again.`;

let made: Document | undefined;

/** The document; made once. */
export function openApiDocument(): Document {
  made ??= {
    openapi: '3.1.0',
    info: { title: 'Giverny', version: VERSION, description: DESCRIPTION },
    paths: pathsOf(OPERATIONS),
    components: {
      schemas: schemas(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'From giverny token <owner>.' } },
    },
  } as Document;
  return made;
}

function pathsOf(operations: readonly Operation[]): Document['paths'] {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: described(operation) };
  }
  return paths;
}

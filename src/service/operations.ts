/** Every request that the service answers, as data: the document of the API is made from this table. */
import type { z } from 'zod';
import type { Scope } from './api.js';
import {
  healthSchema,
  listQuerySchema,
  networksSchema,
  orderSchema,
  pageSchema,
  paintingSchema,
  pictureSchema,
  serverSchema,
  tokenBodySchema,
  tokenSchema,
  uploadQuerySchema,
} from './contract.js';

/** Schemas that the document names. */
export const NAMED = {
  Order: orderSchema,
  Painting: paintingSchema,
  PaintingPage: pageSchema,
  Picture: pictureSchema,
  Networks: networksSchema,
  Server: serverSchema,
  Health: healthSchema,
  TokenOrder: tokenBodySchema,
  Token: tokenSchema,
} as const satisfies Record<string, z.ZodType>;
export type SchemaName = keyof typeof NAMED;

/** What an answer holds besides JSON: bytes of a picture, server-sent events, text, or nothing. */
export type Content = SchemaName | 'picture' | 'events' | 'document' | 'text' | 'nothing';

export interface Header {
  readonly name: string;
  readonly text: string;
}

export interface Operation {
  readonly id: string;
  readonly group: 'Paintings' | 'Pictures' | 'Service';
  readonly method: 'get' | 'post' | 'delete';
  /** As OpenAPI writes it: `/v1/paintings/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly text?: string;
  /** What the token must allow; none is asked for where left out. */
  readonly scope?: Scope;
  readonly query?: z.ZodObject;
  readonly headers?: readonly Header[];
  /** `order` is JSON, or multipart with files beside it. */
  readonly body?: 'order' | 'picture' | SchemaName;
  readonly status: number;
  readonly answer: Content;
  /** Other answers that are no problem, by their status. */
  readonly others?: Readonly<Record<number, string>>;
}

const RANGE: readonly Header[] = [
  { name: 'If-None-Match', text: 'The ETag that came with the bytes before.' },
  { name: 'Range', text: 'One range of bytes.' },
];

/** @param name of the change, which is also the end of its path. */
const change = (name: string, summary: string): Operation => ({
  id: `${name}Painting`,
  group: 'Paintings',
  method: 'post',
  path: `/v1/paintings/{id}/${name}`,
  summary,
  scope: 'paint',
  status: 200,
  answer: 'Painting',
});

const picture = (id: string, path: string, summary: string, group: Operation['group']): Operation => ({
  id,
  group,
  method: 'get',
  path,
  summary,
  scope: 'read',
  headers: RANGE,
  status: 200,
  answer: 'picture',
  others: { 206: 'The bytes of the range.', 304: 'Nothing has changed.' },
});

export const OPERATIONS: readonly Operation[] = [
  {
    id: 'createPainting',
    group: 'Paintings',
    method: 'post',
    path: '/v1/paintings',
    summary: 'Orders a painting.',
    text: 'JSON with ids of uploaded pictures, or multipart/form-data with the part order (the same JSON, in which pictures go by the names of their parts) and the files.',
    scope: 'paint',
    headers: [
      {
        name: 'Idempotency-Key',
        text: '1 to 200 letters of your own: the same request with the same key is the same painting.',
      },
    ],
    body: 'order',
    status: 201,
    answer: 'Painting',
    others: { 200: 'The painting that was made with this key before.' },
  },
  {
    id: 'listPaintings',
    group: 'Paintings',
    method: 'get',
    path: '/v1/paintings',
    summary: 'Your paintings, newest first.',
    scope: 'read',
    query: listQuerySchema,
    status: 200,
    answer: 'PaintingPage',
  },
  {
    id: 'getPainting',
    group: 'Paintings',
    method: 'get',
    path: '/v1/paintings/{id}',
    summary: 'State, steps, costs and error of a painting.',
    scope: 'read',
    status: 200,
    answer: 'Painting',
  },
  {
    id: 'watchPainting',
    group: 'Paintings',
    method: 'get',
    path: '/v1/paintings/{id}/events',
    summary: 'What happens to a painting, from its beginning and as it happens.',
    text: 'Server-sent events of the types status, step and preview, each with a number as its id. The stream ends with the painting. A comment every 15 seconds shows that the server is there.',
    scope: 'read',
    headers: [{ name: 'Last-Event-ID', text: 'The stream goes on after this event.' }],
    status: 200,
    answer: 'events',
  },
  picture('getPreview', '/v1/paintings/{id}/preview', 'The picture so far, as JPEG.', 'Paintings'),
  picture(
    'getResult',
    '/v1/paintings/{id}/result',
    'The painted picture, with its recipe in its metadata.',
    'Paintings',
  ),
  change('cancel', 'Ends a painting at once.'),
  change('pause', 'Stops a painting and keeps its state.'),
  change('resume', 'Lets a paused painting go on.'),
  change('retry', 'Queues a painting again that failed or was cancelled; it goes on from its state.'),
  {
    id: 'deletePainting',
    group: 'Paintings',
    method: 'delete',
    path: '/v1/paintings/{id}',
    summary: 'Removes a painting and its result.',
    scope: 'paint',
    status: 204,
    answer: 'nothing',
  },
  {
    id: 'uploadPicture',
    group: 'Pictures',
    method: 'post',
    path: '/v1/pictures',
    summary: 'Keeps a picture for paintings to come.',
    text: 'The body is the file: PNG, JPEG, WebP, AVIF, TIFF or GIF. A picture that no painting uses is removed after a day.',
    scope: 'paint',
    query: uploadQuerySchema,
    body: 'picture',
    status: 201,
    answer: 'Picture',
  },
  {
    id: 'getPicture',
    group: 'Pictures',
    method: 'get',
    path: '/v1/pictures/{id}',
    summary: 'Name, type, size and hash of a picture of yours.',
    scope: 'read',
    status: 200,
    answer: 'Picture',
  },
  picture('getPictureBytes', '/v1/pictures/{id}/bytes', 'The file as it was uploaded.', 'Pictures'),
  {
    id: 'listNetworks',
    group: 'Service',
    method: 'get',
    path: '/v1/networks',
    summary: 'The networks that the server has.',
    scope: 'read',
    status: 200,
    answer: 'Networks',
  },
  {
    id: 'createToken',
    group: 'Service',
    method: 'post',
    path: '/v1/tokens',
    summary: 'Makes a token for an owner.',
    scope: 'admin',
    body: 'TokenOrder',
    status: 201,
    answer: 'Token',
  },
  {
    id: 'getServer',
    group: 'Service',
    method: 'get',
    path: '/v1',
    summary: 'Which versions answer, and whether they ask for a token.',
    status: 200,
    answer: 'Server',
  },
  {
    id: 'getDocument',
    group: 'Service',
    method: 'get',
    path: '/v1/openapi.json',
    summary: 'This document.',
    status: 200,
    answer: 'document',
  },
  {
    id: 'getHealth',
    group: 'Service',
    method: 'get',
    path: '/health',
    summary: 'Whether the process is alive.',
    status: 200,
    answer: 'Health',
  },
  {
    id: 'getReadiness',
    group: 'Service',
    method: 'get',
    path: '/ready',
    summary: 'Whether the database answers and a worker is there.',
    status: 200,
    answer: 'Health',
  },
  {
    id: 'getMetrics',
    group: 'Service',
    method: 'get',
    path: '/metrics',
    summary: 'Figures for Prometheus.',
    scope: 'admin',
    status: 200,
    answer: 'text',
  },
];

/** What goes over HTTP, as schemas: the server checks with them, clients take their types and the document from them. */
import { z } from 'zod';
import { DEVICES } from '../core/devices.js';
import { optionsSchema, PRESETS } from '../core/options/options.js';
import { SCOPES, STATUSES } from './api.js';

export { ENDED, SCOPES, type Scope, type Status } from './api.js';

const id = z.uuid().describe('Id of an uploaded picture; in a multipart body, the name of the part that holds it.');
/** Networks go by name: a dot or a slash would be a path. */
const networkName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i)
  .describe('Name of a network of the server; auto where left out.');
const regionName = z.string().max(32).describe('A colour of the mask, such as white or #d04040.');

/** Formats of a result, and how it may be written besides: those of Node's pictures, which browsers cannot import. */
const FORMATS = ['png', 'jpeg', 'webp', 'tiff', 'avif'] as const;
const BITS = [8, 16] as const;
const PROFILES = ['srgb', 'p3', 'keep'] as const;

/** An order as a client sends it; in a multipart body the pictures go by the names of their parts. */
export const orderSchema = z.strictObject({
  content: id,
  styles: z
    .array(
      z.strictObject({
        picture: id,
        weight: z
          .number()
          .min(0)
          .max(1e12)
          .optional()
          .describe('Relative to the other styles of its region; 1 where left out.'),
        region: regionName.optional(),
      }),
    )
    .min(1)
    .max(16),
  mask: z
    .strictObject({
      picture: id,
      featherPx: z
        .number()
        .min(0)
        .max(32768)
        .optional()
        .describe('How far borders of regions reach to either side, in pixels.'),
    })
    .optional()
    .describe("A picture of the photo's shape in flat colours, each of which is a region."),
  start: id.optional().describe('The picture to start from, in place of options.init.'),
  regionStrengths: z
    .record(z.string().max(32), z.number())
    .optional()
    .describe('Strengths of regions by their colours, in place of options.strength; 0 keeps the photo there.'),
  network: networkName.optional(),
  coarseNetwork: networkName
    .optional()
    .describe('Network of all scales but the last; auto where left out, none for the same.'),
  options: optionsSchema
    .partial()
    .extend({
      preset: z
        .enum(Object.keys(PRESETS) as [keyof typeof PRESETS])
        .optional()
        .describe('The set of options to start from; balanced where left out.'),
    })
    .optional()
    .describe('Painting options; the preset has those that are left out.'),
  format: z.enum(FORMATS).default('png').describe('Format of the result.'),
  print: z
    .strictObject({
      bits: z.literal(BITS).optional().describe('Of each channel; 16 in PNG and TIFF, 8 where left out.'),
      profile: z
        .enum(PROFILES)
        .optional()
        .describe("The colour profile; keep is the photo's own, srgb where left out."),
      keepLocation: z
        .boolean()
        .optional()
        .describe("Whether the result's EXIF keeps where the photo was taken; it does not where left out."),
    })
    .optional()
    .describe("How the result is written besides its format. The photo's resolution and EXIF always come along."),
  device: z
    .enum(DEVICES)
    .default('auto')
    .describe('What computes it; auto leaves that to the worker. A device that no worker has is refused.'),
  priority: z
    .number()
    .int()
    .min(-10)
    .max(10)
    .default(0)
    .describe('Higher comes first, before fairness between owners.'),
  deadlineSeconds: z
    .number()
    .positive()
    .max(31_536_000)
    .optional()
    .describe('A painting that is not done so many seconds from now fails.'),
});
export type OrderBody = z.output<typeof orderSchema>;
/** An order as it is sent: what has a default may be left out. */
export type OrderInput = z.input<typeof orderSchema>;

export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().describe('One sentence: what was expected and what came.'),
    code: z.string().describe('Stable, for programs, such as OPTION_INVALID.'),
  })
  .describe('What went wrong, as problem details (RFC 9457).');
export type Problem = z.output<typeof problemSchema>;

const errorSchema = z.object({ code: z.string(), message: z.string() });

const costsSchema = z
  .object({ total: z.number() })
  .catchall(z.number())
  .describe('Costs by name: total, and those of its parts such as content, style and style.conv4_1.');

export const paintingSchema = z.object({
  id: z.uuid(),
  status: z.enum(STATUSES),
  priority: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  step: z.number().int().describe('Steps done.'),
  steps: z.number().int().describe('Steps at most, through all scales.'),
  costs: costsSchema.nullable().describe('Costs after the last step that was reported.'),
  forecastBytes: z.number().describe('Memory that it reserves.'),
  network: z.string(),
  device: z.enum(DEVICES).describe('As it was ordered.'),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  deadline: z.iso.datetime().nullable(),
  expiresAt: z.iso.datetime().nullable().describe('When it is removed.'),
  hasPreview: z.boolean(),
  hasResult: z.boolean(),
  error: errorSchema.nullable(),
});
export type PaintingView = z.output<typeof paintingSchema>;

export const pageSchema = z.object({
  paintings: z.array(paintingSchema),
  next: z.uuid().nullable().describe('Goes into after; null on the last page.'),
});

const STEP_FIELDS = {
  step: z.number().int().describe('Steps done.'),
  steps: z.number().int().describe('Steps at most, through all scales.'),
  costs: costsSchema,
  scale: z.number().int().optional().describe('Which scale the painting is at, from 0.'),
  scales: z.number().int().optional(),
  seconds: z.number().optional().describe('Wall time of this step.'),
  secondsLeft: z.number().optional().describe('Forecast of the time to the last step.'),
};

/** What an event of each type holds. */
export const eventSchemas = {
  status: z.object({
    status: z.enum(STATUSES),
    attempt: z.number().int().optional(),
    step: z.number().int().optional(),
    error: errorSchema.optional(),
  }),
  step: z.object(STEP_FIELDS),
  preview: z.object({}).describe('There is a new preview.'),
};
export type EventType = keyof typeof eventSchemas;
export type EventData<T extends EventType> = z.output<(typeof eventSchemas)[T]>;

export const pictureSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  mediaType: z.string(),
  sizeBytes: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  sha256: z.string(),
});
export type PictureView = z.output<typeof pictureSchema>;

export const uploadQuerySchema = z.strictObject({ name: z.string().optional().describe('What people call it.') });

export const listQuerySchema = z.strictObject({
  status: z.enum(STATUSES).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  after: z.uuid().optional().describe('next of the page before.'),
});
export type ListQuery = z.input<typeof listQuerySchema>;

export const networksSchema = z.object({
  networks: z.array(z.object({ name: z.string(), title: z.string(), licence: z.string() })),
});
export type NetworkView = z.output<typeof networksSchema>['networks'][number];

export const serverSchema = z.object({
  giverny: z.string().describe('Version of the package.'),
  api: z.number().int().describe('Version of this API.'),
  needsToken: z.boolean(),
});
export type ServerView = z.output<typeof serverSchema>;

export const healthSchema = z.object({ status: z.string() });

/** Names of those who have tokens. */
export const OWNER = /^[\w.@-]{1,64}$/;

export const tokenBodySchema = z.strictObject({
  owner: z.string().regex(OWNER).describe('Whose paintings it opens.'),
  scopes: z.array(z.enum(SCOPES)).min(1),
});
export const tokenSchema = z.object({ token: z.string().describe('Shown once: the database keeps its hash.') });

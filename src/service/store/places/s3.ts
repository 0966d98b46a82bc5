/** Bytes in a bucket of S3 or of what speaks its protocol (MinIO, Ceph, R2 and others). */
import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { expected, GivernyError, show } from '../../../core/errors.js';
import type { BlobPlace } from '../blobs.js';

/** The environment's names are those of Amazon's own tools. */
export interface S3Environment {
  readonly AWS_ACCESS_KEY_ID?: string | undefined;
  readonly AWS_SECRET_ACCESS_KEY?: string | undefined;
  readonly AWS_SESSION_TOKEN?: string | undefined;
  /** us-east-1 where left out. */
  readonly AWS_REGION?: string | undefined;
  /** Of another service than Amazon's, such as http://127.0.0.1:9000. */
  readonly AWS_ENDPOINT_URL_S3?: string | undefined;
}

/** A failed request is repeated so often, after 50 ms, 100 ms and so on, where the service failed or was busy. */
const RETRIES = 5;
/** For one picture to come or go. */
const TIMEOUT_MS = 60_000;

/**
 * @param location s3://bucket or s3://bucket/folder.
 * @throws GivernyError OPTION_INVALID where that is none, or where the environment has no keys.
 */
export function s3Place(location: string, env: S3Environment): BlobPlace {
  const [, bucket, folder = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/((?:[\w-][\w.-]*\/?)*))?$/.exec(location) ??
    fail('s3://bucket or s3://bucket/folder', '--blobs', location);
  const region = env.AWS_REGION || 'us-east-1';
  const endpoint = env.AWS_ENDPOINT_URL_S3 || `https://s3.${region}.amazonaws.com`;
  if (!URL.canParse(endpoint)) fail('a URL', 'AWS_ENDPOINT_URL_S3', endpoint);
  const client = new AwsClient({
    accessKeyId: env.AWS_ACCESS_KEY_ID || fail('the key of the bucket', 'AWS_ACCESS_KEY_ID', undefined),
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY || fail('the key of the bucket', 'AWS_SECRET_ACCESS_KEY', undefined),
    ...(env.AWS_SESSION_TOKEN ? { sessionToken: env.AWS_SESSION_TOKEN } : {}),
    service: 's3',
    region,
    retries: RETRIES,
  });
  const prefix = [endpoint.replace(/\/+$/, ''), bucket, ...folder.split('/').filter(Boolean)].join('/');

  async function ask(method: 'PUT' | 'GET' | 'DELETE', id: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> {
    const sha256 = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const answer = await client
      .fetch(`${prefix}/${id}`, {
        method,
        ...(body ? { body } : {}),
        // Signed, so that bytes that changed on the way are refused.
        headers: { 'X-Amz-Content-Sha256': sha256 },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      .catch((error: unknown) => {
        throw failed(location, `could not be reached: ${error instanceof Error ? error.message : error}`, error);
      });
    if (answer.ok || (method === 'DELETE' && answer.status === 404)) return answer;
    await answer.body?.cancel();
    throw failed(location, `answered ${method} with ${answer.status}`);
  }

  return {
    async put(id, bytes) {
      const answer = await ask('PUT', id, new Uint8Array(bytes));
      await answer.body?.cancel();
    },
    get: async (id) => new Uint8Array(await (await ask('GET', id)).arrayBuffer()),
    async remove(id) {
      const answer = await ask('DELETE', id);
      await answer.body?.cancel();
    },
  };
}

function fail(what: string, name: string, value: unknown): never {
  throw expected(what, name, value);
}

const failed = (location: string, what: string, cause?: unknown) =>
  new GivernyError('DATABASE_FAILED', `Expected the bucket of ${show(location)} to keep pictures but it ${what}.`, {
    cause,
  });

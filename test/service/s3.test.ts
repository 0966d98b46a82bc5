/** Pictures in a bucket, beside a stand-in for S3 that checks signatures by itself. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { s3Place } from '#dist/service/store/places/s3.js';
import { type Bucket, openBucket } from '../support/s3.js';

const KEYS = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
let bucket: Bucket;
beforeAll(async () => {
  bucket = await openBucket('pictures', KEYS);
});
afterAll(() => bucket.close());

const env = (changes: Record<string, string | undefined> = {}) => ({
  AWS_ACCESS_KEY_ID: KEYS.id,
  AWS_SECRET_ACCESS_KEY: KEYS.secret,
  AWS_REGION: 'eu-north-1',
  AWS_ENDPOINT_URL_S3: bucket.url,
  ...changes,
});
const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) % 251);

test('bytes are put, read and removed under their id', async () => {
  const place = s3Place('s3://pictures/of/paintings', env());
  const id = randomUUID();
  await place.put(id, bytes.subarray(100));
  expect([...bucket.objects.keys()]).toEqual([`/pictures/of/paintings/${id}`]);
  expect(Buffer.from(await place.get(id)).equals(bytes.subarray(100))).toBe(true);
  await place.remove(id);
  await place.remove(id);
  expect(bucket.objects.size).toBe(0);
});

test('a bucket that is busy is asked again', async () => {
  const place = s3Place('s3://pictures', env());
  const id = randomUUID();
  bucket.failures.push(503, 500);
  await place.put(id, bytes);
  expect(bucket.objects.get(`/pictures/${id}`)?.length).toBe(bytes.length);
  await place.remove(id);
});

test.each([
  ['what is not there', 's3://pictures', {}, 'answered GET with 404.'],
  ['another bucket', 's3://others', {}, 'answered GET with 404.'],
  ['a wrong key', 's3://pictures', { AWS_SECRET_ACCESS_KEY: 'guessed' }, 'answered GET with 403.'],
])('%s is told with its status, and no secret', async (_, location, changes, sentence) => {
  const { message, code } = await s3Place(location, env(changes))
    .get(randomUUID())
    .then(
      () => expect.unreachable(),
      (error) => error,
    );
  expect(code).toBe('DATABASE_FAILED');
  expect(message).toBe(`Expected the bucket of "${location}" to keep pictures but it ${sentence}`);
});

test.each([
  ['s3://', {}],
  ['s3://Upper/case', {}],
  ['s3://pictures/../others', {}],
  ['s3://pictures/x?y', {}],
  ['s3://pictures', { AWS_ACCESS_KEY_ID: undefined }],
  ['s3://pictures', { AWS_SECRET_ACCESS_KEY: '' }],
  ['s3://pictures', { AWS_ENDPOINT_URL_S3: 'nowhere' }],
])('refused before anything is kept: %s %o', (location, changes) => {
  expect(() => s3Place(location, env(changes))).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
});

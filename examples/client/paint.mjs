// Paints a photo on a server: node paint.mjs <photo> <painting> <output>, with GIVERNY_SERVER and GIVERNY_TOKEN.
import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { createClient, ServiceError } from 'giverny/client';

const [photo, painting, output] = process.argv.slice(2);
const client = createClient({
  server: process.env.GIVERNY_SERVER ?? 'http://127.0.0.1:4631',
  token: process.env.GIVERNY_TOKEN || undefined,
});

try {
  const { id } = await client.create({
    content: await openAsBlob(photo),
    styles: [{ picture: await openAsBlob(painting) }],
    options: { preset: 'draft' },
  });
  await client.wait(id, {
    onEvent({ type, data }) {
      if (type === 'step')
        console.log(`step ${data.step} of ${data.steps}, about ${Math.ceil(data.secondsLeft ?? 0)} s`);
    },
  });
  const result = await client.result(id);
  await writeFile(output, new Uint8Array(await result.arrayBuffer()));
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}

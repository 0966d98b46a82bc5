/**
 * Draws every example style to a JPEG beside its source: `node dist/examples/styles/draw.js [name ...]`.
 * JPEG, because brushwork is all fine detail: as PNG these pictures are three times the size.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { styles } from './styles.js';

const [WIDTH, HEIGHT, SEED] = [768, 576, 7];

const wanted = process.argv.slice(2);
for (const [name, style] of Object.entries(styles)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = performance.now();
  const picture = style(WIDTH, HEIGHT, SEED);
  const file = fileURLToPath(new URL(`../../../examples/styles/${name}.jpg`, import.meta.url));
  const { size } = await sharp(picture.bytes(), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg({ quality: 88, chromaSubsampling: '4:4:4', mozjpeg: true })
    .toFile(file);
  console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s, ${Math.round(size / 1024)} KB`);
}

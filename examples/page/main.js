// A page that paints: choose a photo and a painting, watch the picture come.
import {
  createWebEngine,
  decodePicture,
  fitPicture,
  openPocketNetwork,
  paint,
  resolveOptions,
  toImageData,
} from 'giverny/web';

const [photo, painting, button, status, canvas] = document.querySelectorAll('input, button, output, canvas');
const options = resolveOptions({ preset: 'draft', size: 256 });
const load = async ({ files }) => (await fitPicture(await decodePicture(files[0]), options.size)).picture;

button.onclick = async () => {
  try {
    const [content, style] = [await load(photo), await load(painting)];
    const job = { content, styles: [{ picture: style, weight: 1 }], network: await openPocketNetwork(), options };
    for await (const { step, costs, picture } of paint(job, await createWebEngine())) {
      status.value = `Step ${step}, cost ${costs.total.toFixed(4)}`;
      Object.assign(canvas, { width: picture.width, height: picture.height });
      canvas.getContext('2d').putImageData(new ImageData(toImageData({ picture }).data, picture.width), 0, 0);
      await new Promise(requestAnimationFrame);
    }
    status.value = 'Done';
  } catch (error) {
    status.value = error.message;
  }
};

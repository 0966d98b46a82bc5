/** Costs, gradient and seconds per step of a seeded picture on a browser engine. */
import { wholeObjective } from '../../../src/core/costs/objective/whole.js';
import { toNetwork } from '../../../src/core/networks/formats/canonical.js';
import { readNetworkFile } from '../../../src/core/networks/formats/read.js';
import { createWebEngine } from '../../../src/engines/web.js';
import { POCKET_URL, RUNTIME_FILES } from '../../../src/studio/painting/runtime.js';
import { smallNetwork } from '../../support/network.js';
import { optionsOf, type ParityJob, seededPicture } from './job.js';

self.onmessage = async ({ data: job }: MessageEvent<ParityJob>) => {
  try {
    const engine = await createWebEngine({ ...job, runtimeFiles: RUNTIME_FILES });
    const network =
      job.network === 'pocket'
        ? await toNetwork(
            'pocket',
            await readNetworkFile('pocket', new Uint8Array(await (await fetch(POCKET_URL)).arrayBuffer())),
          )
        : smallNetwork();
    const content = seededPicture(job.width, job.height, 1);
    const styles = [{ picture: seededPicture(job.width, job.height, 2), weight: 1 }];
    const begun = performance.now();
    const objective = await wholeObjective(engine, { network, content, styles, options: optionsOf(job) });
    const readySeconds = (performance.now() - begun) / 1000;
    const pixels = seededPicture(job.width, job.height, 3).data;
    let evaluation = await objective.evaluate(pixels);
    const seconds: number[] = [];
    for (let i = 0; i < job.repeats; i++) {
      const start = performance.now();
      evaluation = await objective.evaluate(pixels);
      seconds.push((performance.now() - start) / 1000);
    }
    await objective.dispose();
    self.postMessage({
      engine: engine.name,
      device: engine.traits.device,
      threads: engine.traits.threads,
      costs: evaluation.costs,
      gradient: Array.from(evaluation.gradient),
      readySeconds,
      seconds,
    });
  } catch (error) {
    self.postMessage({ error: String(error), cause: String((error as Error).cause ?? '') });
  }
};

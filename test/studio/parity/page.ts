/** Runs a worker of the page under test: `window.evaluate(job)` answers what it computed. */
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

Object.assign(window, {
  evaluate: (job: unknown) =>
    new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => resolve({ error: message });
      worker.postMessage(job);
    }),
});

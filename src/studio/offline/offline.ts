/** Has the service worker keep what this browser needs to paint without a network. */
import type { WebDevice } from '../../engines/web.js';
import { POCKET_URL, RUNTIME_FILES } from '../painting/runtime.js';

/** Chromium's; other browsers have none. */
interface Connection {
  readonly saveData?: boolean;
}

/** @param device that paintings are computed with. */
export async function workOffline(device: WebDevice): Promise<void> {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  await workers.register('./service-worker.js', { updateViaCache: 'none' });
  const { active } = await workers.ready;
  if ((navigator as { connection?: Connection }).connection?.saveData) return;
  active?.postMessage({ keep: [...Object.values(RUNTIME_FILES[device]), POCKET_URL] });
}

/** Networks besides the pocket one: fetched or opened, kept, chosen, forgotten. */
import type { RegistryEntry } from '../../core/networks/registry.js';
import { fetching, network, networks, notify } from '../state.js';
import { isFull } from '../store/database.js';
import { fetchNetwork, type KeptNetwork, keepNetwork, networkNames, removeNetwork } from '../store/networks.js';
import { stem } from './recipe.js';

let cancelling: AbortController | undefined;

/** Fetches a network from those who publish it, keeps it and chooses it; one at a time. */
export async function pullNetwork(entry: RegistryEntry): Promise<void> {
  if (cancelling) return;
  const controller = new AbortController();
  cancelling = controller;
  fetching.value = { name: entry.name, done: 0 };
  try {
    const fetched = await fetchNetwork(entry, controller.signal, (done) => {
      fetching.value = { name: entry.name, done };
    });
    await chooseNetwork(fetched);
  } catch {
    if (!controller.signal.aborted) notify('problem', 'networkFailed', { name: entry.title });
  } finally {
    cancelling = undefined;
    fetching.value = undefined;
  }
}

/** Ends a fetch under way; nothing of it is kept. */
export function cancelFetch(): void {
  cancelling?.abort();
}

/** Keeps and chooses what a file holds, if it is a network. */
export async function openNetworkFile(file: File): Promise<void> {
  const kept = { name: stem(file.name), file };
  if (await isNetwork(kept)) await chooseNetwork(kept);
  else notify('problem', 'notNetwork', { name: file.name });
}

/** Reads it in a worker: some formats take seconds. */
function isNetwork(kept: KeptNetwork): Promise<boolean> {
  const worker = new Worker(new URL('../painting/network-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<boolean>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => resolve(false);
    worker.postMessage(kept);
  }).finally(() => worker.terminate());
}

/** Keeps a network and chooses it. */
async function chooseNetwork(kept: KeptNetwork): Promise<void> {
  try {
    await keepNetwork(kept);
    networks.value = await networkNames();
    network.value = kept.name;
    notify('info', 'networkKept', { name: kept.name });
  } catch (error) {
    notify('problem', isFull(error) ? 'networkFull' : 'storageRefused', { name: kept.name });
  }
}

/** Gives a network's storage back. */
export async function forgetNetwork(name: string): Promise<void> {
  await removeNetwork(name);
  networks.value = await networkNames();
  network.value = 'pocket';
}

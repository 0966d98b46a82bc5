/** Networks besides the pocket one: fetched or opened, kept, chosen, forgotten. */
import type { RegistryEntry } from '../../core/networks/registry.js';
import { fetching, network, networks, notify } from '../state.js';
import { isFull } from '../store/database.js';
import { fetchNetwork, type KeptNetwork, keepNetwork, networkNames, removeNetwork } from '../store/networks.js';

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

/** Keeps a network and chooses it. Whether it is one shows when it is read, with the core's own sentence. */
export async function chooseNetwork(kept: KeptNetwork): Promise<void> {
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

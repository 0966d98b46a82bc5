import type { RegistryEntry } from '../../core/network-registry.js';
import type { WebDevice } from '../../engines/web.js';
import { stem } from '../actions/recipe.js';
import { busy, device, fetching, machine, network, networks, notify } from '../state.js';
import { isFull } from '../store/database.js';
import {
  FETCHABLE,
  fetchNetwork,
  type KeptNetwork,
  keepNetwork,
  networkNames,
  removeNetwork,
} from '../store/networks.js';
import { t } from '../words/words.js';
import { FileButton } from './file-button.js';
import { Icon } from './icons.js';
import { Select } from './select.js';

const POCKET = 'pocket';

/** Which network looks at the pictures, and what computes. */
export function NetworkPart() {
  const loading = fetching.value;
  const offered = FETCHABLE.filter(({ name }) => !networks.value.includes(name));
  return (
    <details class="network">
      <summary>{t('network')}</summary>
      <Select
        label={t('network')}
        value={network.value}
        disabled={busy.value}
        choices={[
          { value: POCKET, text: t('network.pocket') },
          ...networks.value.map((name) => ({ value: name, text: name })),
        ]}
        onChange={(name) => {
          network.value = name;
        }}
        help={t('networkHint')}
      />
      <div class="stack">
        {network.value !== POCKET && (
          <button type="button" class="soft" disabled={busy.value} onClick={() => forget(network.value)}>
            <Icon name="close" />
            {t('removeNamed', { name: network.value })}
          </button>
        )}
        {loading ? (
          <p role="status">
            {t('networkFetching', { name: loading.name, n: Math.round(loading.done * 100) })}
            <progress value={loading.done} max={1} aria-label={loading.name} />
          </p>
        ) : (
          offered.map((entry) => (
            <button type="button" class="soft" key={entry.name} onClick={() => pull(entry)}>
              <Icon name="save" />
              {t('networkFetch', { name: entry.title, n: Math.round((entry.sources[0]?.sizeBytes ?? 0) / 1e6) })}
            </button>
          ))
        )}
        <FileButton accept=".safetensors,.h5,.mat" onFiles={([file]) => file && keep({ name: stem(file.name), file })}>
          <Icon name="add" />
          {t('networkOpen')}
        </FileButton>
      </div>
      <Select
        label={t('engine')}
        value={device.value}
        disabled={busy.value}
        choices={(['auto', 'webgpu', 'wasm'] as const).map((value) => ({ value, text: t(`engine.${value}`) }))}
        onChange={(value) => {
          device.value = value as WebDevice | 'auto';
        }}
        {...(machine.value.device === 'wasm'
          ? { help: window.crossOriginIsolated ? t('noWebgpu') : t('threadsHint') }
          : {})}
      />
    </details>
  );
}

async function pull(entry: RegistryEntry): Promise<void> {
  fetching.value = { name: entry.title, done: 0 };
  try {
    const kept = await fetchNetwork(entry, (done) => {
      fetching.value = { name: entry.title, done };
    });
    await keep(kept);
  } catch {
    notify('problem', t('networkFailed', { name: entry.title }));
  } finally {
    fetching.value = undefined;
  }
}

/** Keeps a network and chooses it. Whether it is one shows when it is read, with the core's own sentence. */
async function keep(kept: KeptNetwork): Promise<void> {
  try {
    await keepNetwork(kept);
    networks.value = await networkNames();
    network.value = kept.name;
    notify('info', t('networkKept', { name: kept.name }));
  } catch (error) {
    notify('problem', t(isFull(error) ? 'networkFull' : 'storageRefused', { name: kept.name }));
  }
}

async function forget(name: string): Promise<void> {
  await removeNetwork(name);
  networks.value = await networkNames();
  network.value = POCKET;
}

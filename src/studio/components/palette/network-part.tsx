import type { WebDevice } from '../../../engines/web.js';
import { cancelFetch, forgetNetwork, openNetworkFile, pullNetwork } from '../../actions/networks.js';
import { busy, device, fetching, machine, network, networks, place, serverNetworks } from '../../state.js';
import { FETCHABLE } from '../../store/networks.js';
import { isWord, t } from '../../words/words.js';
import { FileButton } from '../controls/file-button.js';
import { Icon } from '../controls/icons.js';
import { Select } from '../controls/select.js';

const POCKET = 'pocket';

/** What people call a network; of one that was opened from a file, its own name. */
function titleOf(name: string): string {
  const word = `network.${name}`;
  return isWord(word) ? t(word) : name;
}

/** Which network looks at the pictures; on this device also what computes, and networks to fetch or to open. */
export function NetworkPart() {
  const isServer = place.value === 'server';
  const names = isServer ? serverNetworks.value : networks.value;
  return (
    <details class="network">
      <summary>{t('network')}</summary>
      <Select
        label={t('network')}
        value={network.value}
        disabled={busy.value}
        choices={[...new Set([POCKET, ...names])].map((name) => ({ value: name, text: titleOf(name) }))}
        onChange={(name) => {
          network.value = name;
        }}
        {...(isServer ? {} : { help: t('networkHint') })}
      />
      {!isServer && <DeviceNetworks />}
    </details>
  );
}

function DeviceNetworks() {
  const loading = fetching.value;
  const offered = FETCHABLE.filter(({ name }) => !networks.value.includes(name));
  return (
    <>
      <div class="stack">
        {network.value !== POCKET && (
          <button type="button" class="soft" disabled={busy.value} onClick={() => forgetNetwork(network.value)}>
            <Icon name="close" />
            {t('removeNamed', { name: titleOf(network.value) })}
          </button>
        )}
        {loading ? (
          <>
            <p>
              {t('networkFetching', { name: titleOf(loading.name), n: Math.round(loading.done * 100) })}
              <progress value={loading.done} max={1} aria-label={titleOf(loading.name)} />
            </p>
            <button type="button" class="soft" onClick={cancelFetch}>
              <Icon name="stop" />
              {t('cancel')}
            </button>
          </>
        ) : (
          offered.map((entry) => (
            <button type="button" class="soft" key={entry.name} onClick={() => pullNetwork(entry)}>
              <Icon name="save" />
              {t('networkFetch', {
                name: titleOf(entry.name),
                n: Math.round((entry.sources[0]?.sizeBytes ?? 0) / 1e6),
              })}
            </button>
          ))
        )}
        <FileButton accept=".safetensors,.h5,.mat" onFiles={([file]) => file && openNetworkFile(file)}>
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
    </>
  );
}

import { PRESETS, resolveOptions } from '../../core/options.js';
import { megabytes, secondsPerMegapixel } from '../painting/forecast.js';
import { strengthOf, withStrength } from '../painting/strength.js';
import { fittedSize } from '../pictures/open.js';
import { busy, chosen, machine, network, options, photo, preset } from '../state.js';
import { duration, isWord, number, t } from '../words/words.js';
import { Advanced } from './advanced.js';
import { NetworkPart } from './network-part.js';
import { Select } from './select.js';
import { Slider } from './slider.js';

const NONE = '';

/** How to paint: what most people change first, the rest under Advanced. */
export function Method() {
  const { size, steps } = options.value;
  const side = typeof size === 'number' ? size : Math.max(size.width, size.height);
  const set = (name: string, value: unknown) => {
    chosen.value = { ...chosen.value, [name]: value };
  };
  const presetWord = (name: string) => {
    const word = `preset.${name}`;
    return isWord(word) ? t(word) : name;
  };
  return (
    <section class="part" aria-labelledby="method-title">
      <h2 id="method-title">{t('painting')}</h2>
      <Select
        label={t('preset')}
        value={preset.value ?? NONE}
        disabled={busy.value}
        choices={[
          { value: NONE, text: t('preset.none') },
          ...Object.keys(PRESETS).map((name) => ({ value: name, text: presetWord(name) })),
        ]}
        onChange={(name) => {
          preset.value = name === NONE ? undefined : name;
          chosen.value = {};
        }}
      />
      <Slider
        label={t('strength')}
        min={0}
        max={1}
        step={0.05}
        value={strengthOf(options.value)}
        text={`${Math.round(strengthOf(options.value) * 100)} %`}
        ends={[t('strengthLow'), t('strengthHigh')]}
        onChange={(value) => {
          chosen.value = withStrength(chosen.value, value, resolveOptions({ preset: preset.value }));
        }}
      />
      <Slider
        label={t('size')}
        min={128}
        max={1536}
        step={32}
        value={Math.min(1536, side)}
        disabled={busy.value}
        text={sizeText(side)}
        onChange={(value) => set('size', value)}
      />
      <Slider
        label={t('steps')}
        min={5}
        max={300}
        step={5}
        value={Math.min(300, steps)}
        text={String(steps)}
        onChange={(value) => set('steps', value)}
      />
      <Forecast />
      <NetworkPart />
      <Advanced />
    </section>
  );
}

function sizeText(side: number): string {
  if (!photo.value) return t('longSide', { n: side });
  const { width, height } = fittedSize(photo.value, options.value.size);
  return t('sizeText', { w: width, h: height });
}

/** How long it will take, and how much memory. */
export function Forecast() {
  if (!photo.value) return <p class="hint">{t('forecastUnknown')}</p>;
  const { size, steps } = options.value;
  const { width, height } = fittedSize(photo.value, size);
  const pixels = width * height;
  const seconds = secondsPerMegapixel(network.value, machine.value) * (pixels / 1e6) * steps;
  const memory = megabytes(network.value, pixels);
  const { device, threads } = machine.value;
  const where = device === 'webgpu' ? t('machineWebgpu') : threads === 1 ? t('machineWasm1') : t('machineWasm', { n: threads });
  return (
    <p class="hint forecast">
      {t('forecast', { time: duration(seconds), memory: memory < 950 ? `${number(memory, 2)} MB` : `${number(memory / 1000, 2)} GB` })}{' '}
      {where}
    </p>
  );
}

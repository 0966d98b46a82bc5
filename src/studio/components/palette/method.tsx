import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Options, optionMeta, PRESETS } from '../../../core/options/options.js';
import { gigabytes } from '../../../core/painting/forecast.js';
import { painter } from '../../actions/paint.js';
import { fittedSize } from '../../pictures/open.js';
import { busy, chosen, machine, network, options, photo, place, preset, setOption, styles } from '../../state.js';
import { duration, isWord, number, t } from '../../words/words.js';
import { Select } from '../controls/select.js';
import { Slider } from '../controls/slider.js';
import { Advanced } from './advanced.js';
import { NetworkPart } from './network-part.js';
import { PlacePart } from './place-part.js';

/** The largest size that the slider offers; Advanced takes larger ones. */
const MAX_SLIDER_PX = 4096;

const COLORS = optionMeta('colors').choices as readonly Options['colors'][];
/** The other ways to match colours differ little: they are under Advanced. */
const PLAIN_COLORS: readonly Options['colors'][] = ['painting', 'photo', 'symmetric'];

/** How to paint: what most people change first, the rest under Advanced. */
export function Method() {
  const { size, steps, strength, styleScale, colors } = options.value;
  const side = typeof size === 'number' ? size : Math.max(size.width, size.height);
  const presetWord = (name: string) => {
    const word = `preset.${name}`;
    return isWord(word) ? t(word) : name;
  };
  return (
    <section class="part" aria-labelledby="method-title">
      <h2 id="method-title">{t('painting')}</h2>
      <PlacePart />
      <Select
        label={t('preset')}
        value={preset.value}
        disabled={busy.value}
        choices={Object.keys(PRESETS).map((name) => ({ value: name, text: presetWord(name) }))}
        onChange={(name) => {
          preset.value = name;
          chosen.value = {};
        }}
      />
      <Slider
        label={t('strength')}
        min={0}
        max={1}
        step={0.05}
        value={strength ?? 0.5}
        text={strength === undefined ? t('strengthOff') : `${Math.round(strength * 100)}%`}
        ends={[t('strengthLow'), t('strengthHigh')]}
        onChange={(value) => setOption('strength', value)}
      />
      <Slider
        label={t('styleScale')}
        min={-1}
        max={1}
        step={0.25}
        // Each step of the way multiplies it alike.
        value={Math.min(1, Math.max(-1, Math.log2(styleScale)))}
        text={`× ${number(styleScale)}`}
        ends={[t('styleScaleLow'), t('styleScaleHigh')]}
        onChange={(exponent) => setOption('styleScale', Number((2 ** exponent).toPrecision(2)))}
      />
      <Select
        label={t('colors')}
        value={colors}
        choices={COLORS.filter((name) => PLAIN_COLORS.includes(name) || name === colors).map((name) => ({
          value: name,
          text: t(`colors.${name}`),
        }))}
        onChange={(name) => setOption('colors', name)}
      />
      <Slider
        label={t('size')}
        min={128}
        max={MAX_SLIDER_PX}
        step={32}
        value={Math.min(MAX_SLIDER_PX, side)}
        disabled={busy.value}
        text={sizeText(side)}
        onChange={(value) => setOption('size', value)}
      />
      <Slider
        label={t('steps')}
        min={5}
        max={200}
        step={1}
        value={Math.min(200, steps)}
        disabled={busy.value}
        text={String(steps)}
        onChange={(value) => setOption('steps', value)}
      />
      {place.value === 'device' && <Forecast />}
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

const forecasting = signal<typeof import('../../painting/forecast.js') | undefined>(undefined);

/** How long it will take, and how much memory. */
export function Forecast() {
  const content = photo.value;
  const by = forecasting.value;
  useEffect(() => {
    if (!content || by) return;
    import('../../painting/forecast.js').then(
      (loaded) => {
        forecasting.value = loaded;
      },
      () => {},
    );
  }, [content, by]);
  if (!content) return <p class="hint">{t('forecastUnknown')}</p>;
  const { device, threads } = machine.value;
  const where =
    device === 'webgpu' ? t('machineWebgpu') : threads === 1 ? t('machineWasm1') : t('machineWasm', { n: threads });
  const size = fittedSize(content, options.value.size);
  const listed = Math.max(1, styles.value.filter(({ weight }) => weight > 0).length);
  const all = by?.forecast(size, options.value, network.value, listed, machine.value, painter.warm.value);
  return (
    <p class="hint forecast">
      {all && t('forecast', { time: duration(all.seconds), memory: gigabytes(all.bytes) })} {where}
    </p>
  );
}

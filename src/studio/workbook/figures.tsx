import { useState } from 'preact/hooks';
import { Heat } from '../learn/heat.js';
import { number } from '../words/words.js';
import { layer, network, type Reported, reports, seen } from './state.js';
import { tw } from './words.js';

/** Where the pocket network can take costs; those of the notebook's layers. */
const LAYERS = ['conv1_1', 'conv2_1', 'conv3_1', 'conv4_1', 'conv4_2', 'conv5_1'] as const;

export function ActivationMaps() {
  const now = seen.value;
  return (
    <div class="stack">
      <div class="choices" role="radiogroup" aria-label={tw('layer')}>
        {LAYERS.map((name) => (
          <label key={name} class="chip">
            <input type="radio" name="layer" checked={layer.value === name} onChange={() => (layer.value = name)} />
            {name}
          </label>
        ))}
      </div>
      {now && (
        <figure>
          <div class="maps small">
            {now.maps.map((map, i) => (
              <Heat
                key={`${now.layer}-${i}`}
                values={map}
                width={now.width}
                height={now.height}
                gamma={0.7}
                label={`${now.layer}, ${i + 1}`}
              />
            ))}
          </div>
          <figcaption>
            {tw('vggMaps', { layer: now.layer, n: now.channels, w: now.width, h: now.height })}{' '}
            {now.decoded || network.value === 'pocket' ? tw('vggDecoded') : tw('vggReal')}
          </figcaption>
        </figure>
      )}
    </div>
  );
}

/** Both Gram matrices on one scale: each is shown from the least to the most of the two. */
export function Grams() {
  const now = seen.value;
  if (!now) return null;
  const [least, most] = range(now.gramPhoto, now.gramStyle);
  const show = (values: Float32Array, label: string) => (
    <figure class="gram">
      <Heat values={values} width={now.size} height={now.size} gamma={0.4} label={label} range={[least, most]} />
      <figcaption>{label}</figcaption>
    </figure>
  );
  return (
    <div class="stack">
      <div class="pair">
        {show(now.gramPhoto, tw('gramPhoto'))}
        {show(now.gramStyle, tw('gramStyle'))}
      </div>
      <p class="hint">{tw('gramNote', { n: now.size, layer: now.layer })}</p>
    </div>
  );
}

function range(...arrays: readonly Float32Array[]): [number, number] {
  const ends = arrays.map((values) => [Math.min(...values), Math.max(...values)] as const);
  return [Math.min(...ends.map(([low]) => low)), Math.max(...ends.map(([, high]) => high))];
}

/** A matrix that one can change by hand, and its Gram matrix. */
export function ToyGram() {
  const [a, setA] = useState([1, 0, 2, 1, 0, 3]);
  const row = (i: number) => a.slice(2 * i, 2 * i + 2) as [number, number];
  const entry = (i: number, j: number) => row(i)[0] * row(j)[0] + row(i)[1] * row(j)[1];
  return (
    <fieldset class="toy">
      <legend>{tw('toy')}</legend>
      <div class="matrix" style={{ '--columns': '2' }}>
        {a.map((value, i) => (
          <input
            key={i}
            type="number"
            min={-9}
            max={9}
            step={1}
            value={value}
            aria-label={tw('toyCell', { i: Math.floor(i / 2) + 1, j: (i % 2) + 1 })}
            onInput={(event) => {
              const next = Math.min(9, Math.max(-9, Number(event.currentTarget.value) || 0));
              setA(a.map((old, k) => (k === i ? next : old)));
            }}
          />
        ))}
      </div>
      <span aria-hidden="true">→</span>
      <output class="matrix" style={{ '--columns': '3' }}>
        {[0, 1, 2].flatMap((i) =>
          [0, 1, 2].map((j) => (
            <span key={`${i}${j}`} class={i === j ? 'diagonal' : ''}>
              {number(entry(i, j), 4)}
            </span>
          )),
        )}
      </output>
    </fieldset>
  );
}

/** Six numbers of two channels, reshaped and transposed. */
export function Unrolled() {
  const cells = (order: readonly number[]) => (
    <div class="matrix" style={{ '--columns': '3' }}>
      {order.map((n) => (
        <span key={n} class={n % 2 ? 'odd' : 'even'}>
          {n}
        </span>
      ))}
    </div>
  );
  return (
    <figure>
      <div class="row unrolled">
        <div class="stack">
          {cells([1, 2, 3, 4, 5, 6])}
          <span class="hint">{tw('reshaped')}</span>
        </div>
        <div class="stack">
          {cells([1, 3, 5, 2, 4, 6])}
          <span class="hint">{tw('transposed')}</span>
        </div>
      </div>
      <figcaption>{tw('unrollFigure')}</figcaption>
    </figure>
  );
}

/** What share of the style cost each layer has in the newest picture. */
export function Shares() {
  const last = reports.value.at(-1);
  if (!last) return <p class="hint">{tw('lambdaLater')}</p>;
  const whole = Object.values(last.layers).reduce((sum, cost) => sum + cost, 0);
  return (
    <figure>
      <div class="shares">
        {Object.entries(last.layers).map(([name, cost], i) => (
          <div key={name}>
            <span>{name}</span>
            <i style={{ width: `${(100 * cost) / whole}%`, background: `var(--curve-layer${i + 1})` }} />
            <span>{number((100 * cost) / whole, 3)}%</span>
          </div>
        ))}
      </div>
      <figcaption>{tw('lambdaFigure')}</figcaption>
    </figure>
  );
}

const WIDTH = 600;
const HEIGHT = 180;

/** J by step on a logarithmic scale: the learner's, and the reference's dotted. */
export function Curves() {
  const all = reports.value;
  const values = all.flatMap(({ total, reference }) => [total, reference ?? total]).filter((value) => value > 0);
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  const at = (step: number, value: number) => {
    const x = (step / Math.max(1, all.length - 1)) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - ((Math.log(value) - low) / (high - low || 1)) * HEIGHT).toFixed(1)}`;
  };
  const path = (of: (report: Reported) => number | undefined) =>
    all.flatMap((report, i) => ((of(report) ?? 0) > 0 ? [at(i, of(report) as number)] : [])).join(' ');
  if (all.length < 2) return null;
  const last = all.at(-1) as Reported;
  return (
    <figure class="curves">
      <svg
        viewBox={`-2 -6 ${WIDTH + 4} ${HEIGHT + 12}`}
        role="img"
        aria-label={`${tw('curveMine')} ${number(last.total, 4)}, ${tw('curveReference')} ${last.reference === undefined ? '-' : number(last.reference, 4)}`}
        preserveAspectRatio="none"
      >
        <polyline class="mine" points={path(({ total }) => total)} />
        <polyline class="reference" points={path(({ reference }) => reference)} />
      </svg>
      <figcaption class="names">
        <span>
          <i class="mine" />
          {tw('curveMine')}: {number(last.total, 5)}
        </span>
        {last.reference !== undefined && (
          <span>
            <i class="reference" />
            {tw('curveReference')}: {number(last.reference, 5)}
          </span>
        )}
        <span>{tw('curveScale', { low: number(Math.exp(low), 3), high: number(Math.exp(high), 3) })}</span>
      </figcaption>
    </figure>
  );
}

import type { ComponentChildren } from 'preact';
import { ExampleButtons } from '../components/controls/example-buttons.js';
import { FileButton } from '../components/controls/file-button.js';
import { Icon } from '../components/controls/icons.js';
import { Select } from '../components/controls/select.js';
import { Slider } from '../components/controls/slider.js';
import { FrameCanvas } from '../components/easel/frame-canvas.js';
import { Header } from '../components/header.js';
import { EXAMPLE_PHOTOS, EXAMPLE_STYLES, type ExamplePhoto, type ExampleStyle } from '../examples.js';
import { frameOf } from '../pictures/frame.js';
import { checkPicture, PictureError } from '../pictures/open.js';
import { language, number, t } from '../words/words.js';
import { Curve } from './curve.js';
import { ContentCost, Gram, LayerStyleCost, StyleCost, TotalCost } from './formulas.js';
import { Heat } from './heat.js';
import type { Seen } from './protocol.js';
import {
  alpha,
  beta,
  contentLayer,
  frame,
  LAYERS,
  lambdas,
  layer,
  newestCosts,
  noise,
  painting,
  photo,
  problem,
  reports,
  type Sample,
  STYLE_LAYERS,
  seenPhoto,
  seenStyle,
  started,
  startPainting,
  stopPainting,
  style,
  takeExample,
  takeSample,
  weighed,
} from './state.js';
import { tl } from './words.js';

export function Lesson() {
  return (
    <>
      <Header page="learn" />
      <main class="lesson">
        <header class="lead">
          <h1>{tl('title')}</h1>
          <p>{tl('lead')}</p>
        </header>
        {problem.value !== undefined && (
          <p class="problem" role="alert">
            {problem.value}
          </p>
        )}
        <Pictures />
        <LayerMaps />
        <ContentPart />
        <GramPart />
        <StylePart />
        <TotalPart />
        <footer>
          <p>{tl('more')}</p>
          <a class="main" href={`./index.html#lang=${language.value}`}>
            {tl('toStudio')}
          </a>
        </footer>
      </main>
    </>
  );
}

function Part({ n, title, text, children }: { n: number; title: string; text: string; children: ComponentChildren }) {
  return (
    <section class="chapter" aria-labelledby={`chapter-${n}`}>
      <h2 id={`chapter-${n}`}>
        <span aria-hidden="true">{n}</span>
        {title}
      </h2>
      <p class="prose">{text}</p>
      {children}
    </section>
  );
}

function Pictures() {
  return (
    <Part n={1} title={tl('pictures')} text={tl('picturesText')}>
      <div class="pair">
        <Choice place="photo" title={tl('content')} sample={photo.value} examples={EXAMPLE_PHOTOS} />
        <Choice place="style" title={tl('style')} sample={style.value} examples={EXAMPLE_STYLES} />
      </div>
    </Part>
  );
}

interface ChoiceProps {
  readonly place: 'photo' | 'style';
  readonly title: string;
  readonly sample: Sample | undefined;
  readonly examples: readonly (ExamplePhoto | ExampleStyle)[];
}

function Choice({ place, title, sample, examples }: ChoiceProps) {
  const take = async (file: File | undefined) => {
    if (!file) return;
    try {
      await checkPicture(file, file.name);
      await takeSample(place, file);
      problem.value = undefined;
    } catch (error) {
      problem.value = t(error instanceof PictureError ? error.reason : 'notPicture', { name: file.name });
    }
  };
  return (
    <figure
      onDrop={(event) => {
        event.preventDefault();
        take(event.dataTransfer?.files[0]);
      }}
    >
      {sample ? <img class="sample" src={sample.url} alt={title} /> : <div class="sample" />}
      <figcaption>{title}</figcaption>
      <div class="row">
        <ExampleButtons names={examples} onChoose={(name) => takeExample(place, name)} />
        <FileButton accept="image/*" class="tiny tiny-add" onFiles={([file]) => take(file)}>
          <Icon name="add" />
          <span class="unseen">
            {tl('own')}: {title}
          </span>
        </FileButton>
      </div>
    </figure>
  );
}

function LayerMaps() {
  const seen = seenPhoto.value;
  return (
    <Part n={2} title={tl('layers')} text={tl('layersText')}>
      <div class="choices" role="radiogroup" aria-label={tl('layer')}>
        {LAYERS.map((name) => (
          <label key={name} class="chip">
            <input
              type="radio"
              name="layer"
              autocomplete="off"
              checked={layer.value === name}
              onChange={() => {
                layer.value = name;
              }}
            />
            {name}
          </label>
        ))}
      </div>
      {seen ? (
        <>
          <div class="maps">
            {seen.maps.map((map, i) => (
              <Heat
                key={`${layer.value}-${i}`}
                values={map}
                width={seen.width}
                height={seen.height}
                gamma={0.7}
                label={tl('map', { n: i + 1, layer: layer.value })}
              />
            ))}
          </div>
          <p class="hint">{tl('mapsOf', { n: seen.channels, w: seen.width, h: seen.height })}</p>
        </>
      ) : (
        <Wait />
      )}
    </Part>
  );
}

function ContentPart() {
  const shown = started.value;
  return (
    <Part n={3} title={tl('contentCost')} text={tl('contentText')}>
      <ContentCost />
      <div class="pair">
        <figure>
          {shown && <FrameCanvas frame={frameOf(shown)} label={tl('started')} />}
          <figcaption>{tl('started')}</figcaption>
        </figure>
        <div class="stack controls">
          <LayerSelect />
          <Slider
            label={tl('noise')}
            min={0}
            max={1}
            step={0.05}
            value={noise.value}
            text={`${Math.round(noise.value * 100)}%`}
            onChange={(value) => {
              noise.value = value;
            }}
          />
          <output class="figure">
            {weighed.value ? tl('value', { v: number(weighed.value.costs.content ?? 0, 3) }) : tl('wait')}
          </output>
        </div>
      </div>
    </Part>
  );
}

function LayerSelect() {
  return (
    <Select
      label={tl('contentLayer')}
      value={contentLayer.value}
      choices={LAYERS.map((name) => ({ value: name, text: name }))}
      onChange={(name) => {
        contentLayer.value = name;
      }}
    />
  );
}

function GramPart() {
  return (
    <Part n={4} title={tl('gram')} text={tl('gramText')}>
      <Gram />
      <div class="pair">
        <GramFigure seen={seenPhoto.value} what={tl('gramPhoto')} />
        <GramFigure seen={seenStyle.value} what={tl('gramStyle')} />
      </div>
    </Part>
  );
}

function GramFigure({ seen, what }: { seen: Seen | undefined; what: string }) {
  if (!seen) return <Wait />;
  const label = tl('gramOf', { what, layer: layer.value, n: seen.size });
  return (
    <figure class="gram">
      <Heat values={seen.gram} width={seen.size} height={seen.size} gamma={0.5} label={label} />
      <figcaption>{label}</figcaption>
    </figure>
  );
}

function StylePart() {
  const costs = newestCosts.value;
  const shares = STYLE_LAYERS.map((name) => (lambdas.value[name] ?? 0) * (costs?.[`style.${name}`] ?? 0));
  const whole = shares.reduce((sum, share) => sum + share, 0);
  return (
    <Part n={5} title={tl('styleCost')} text={tl('styleText')}>
      <LayerStyleCost />
      <StyleCost />
      <ul class="lambdas">
        {STYLE_LAYERS.map((name, i) => {
          const percent = whole > 0 ? (100 * (shares[i] as number)) / whole : 0;
          return (
            <li key={name}>
              <Slider
                label={tl('lambda', { layer: name })}
                min={0}
                max={1}
                step={0.05}
                value={lambdas.value[name] ?? 0}
                text={number(lambdas.value[name] ?? 0)}
                onChange={(value) => {
                  lambdas.value = { ...lambdas.value, [name]: value };
                }}
              />
              <div class="share" style={{ '--share': `${percent}%`, '--color': `var(--curve-layer${i + 1})` }} />
              <p class="hint">{tl('share', { v: Math.round(percent) })}</p>
            </li>
          );
        })}
      </ul>
      {Object.values(lambdas.value).every((weight) => weight === 0) && <p class="problem">{tl('needOne')}</p>}
    </Part>
  );
}

function TotalPart() {
  const last = reports.value.at(-1);
  const shown = frame.value ?? (started.value && frameOf(started.value));
  return (
    <Part n={6} title={tl('total')} text={tl('totalText')}>
      <TotalCost />
      <div class="pair">
        <figure>
          {shown && <FrameCanvas frame={shown} label={tl('painted')} />}
          <figcaption>
            {tl('painted')}
            {last && ` · ${tl('step', { n: last.step + 1, m: last.steps })}`}
          </figcaption>
        </figure>
        <div class="stack controls">
          {weighed.value && started.value && (
            <figure class="gradient">
              <Heat
                values={weighed.value.gradient}
                width={started.value.width}
                height={started.value.height}
                gamma={0.6}
                label={tl('gradient')}
              />
              <figcaption>{tl('gradient')}</figcaption>
            </figure>
          )}
          <LogSlider label={tl('alpha')} value={alpha.value} onChange={(value) => (alpha.value = value)} />
          <LogSlider label={tl('beta')} value={beta.value} onChange={(value) => (beta.value = value)} />
          <LayerSelect />
          <div class="row">
            {painting.value ? (
              <button type="button" class="soft" onClick={stopPainting}>
                <Icon name="stop" />
                {tl('stop')}
              </button>
            ) : (
              <button type="button" class="main" disabled={!photo.value || !style.value} onClick={startPainting}>
                <Icon name="brush" />
                {tl('paint')}
              </button>
            )}
          </div>
        </div>
      </div>
      {reports.value.length > 1 && <Curve reports={reports.value} />}
    </Part>
  );
}

/** A weight from 0.1 to 1,000,000: each part of the way multiplies it alike. */
function LogSlider({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <Slider
      label={label}
      min={-1}
      max={6}
      step={0.1}
      value={Math.log10(value)}
      text={number(value)}
      onChange={(exponent) => onChange(Number((10 ** exponent).toPrecision(2)))}
    />
  );
}

function Wait() {
  return (
    <p class="hint" role="status">
      {tl('wait')}
    </p>
  );
}

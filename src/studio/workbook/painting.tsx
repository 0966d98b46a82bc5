import { ExampleButtons } from '../components/controls/example-buttons.js';
import { FileButton } from '../components/controls/file-button.js';
import { FrameCanvas } from '../components/easel/frame-canvas.js';
import { EXAMPLE_PHOTOS, EXAMPLE_STYLES } from '../examples.js';
import { Heat } from '../learn/heat.js';
import { checkPicture, PictureError } from '../pictures/open.js';
import { t } from '../words/words.js';
import { Code } from './exercise.js';
import { Curves } from './figures.js';
import {
  compare,
  edition,
  frame,
  gradient,
  knobs,
  knobsProblem,
  knobsText,
  lines,
  network,
  painting,
  photo,
  problem,
  replaced,
  reports,
  snapshots,
  startPainting,
  stop,
  style,
  takeExample,
  takePicture,
} from './state.js';
import { tw } from './words.js';

function Choice({ place }: { place: 'photo' | 'style' }) {
  const sample = (place === 'photo' ? photo : style).value;
  const title = tw(place);
  return (
    <figure>
      {sample ? <img class="sample" src={sample.url} alt={title} /> : <div class="sample" />}
      <figcaption>{title}</figcaption>
      <div class="row">
        <ExampleButtons
          names={place === 'photo' ? EXAMPLE_PHOTOS : EXAMPLE_STYLES}
          onChoose={(name) => takeExample(place, name)}
        />
        <FileButton
          accept="image/*"
          onFiles={([file]) => {
            if (!file) return;
            checkPicture(file, file.name)
              .then(() => takePicture(place, file))
              .catch((error) => {
                problem.value = t(error instanceof PictureError ? error.reason : 'notPicture', { name: file.name });
              });
          }}
        >
          {tw('own')}
          <span class="unseen">: {title}</span>
        </FileButton>
      </div>
    </figure>
  );
}

export function Painting() {
  const of = edition.value;
  const last = reports.value.at(-1);
  return (
    <>
      <div class="pair">
        <Choice place="photo" />
        <Choice place="style" />
      </div>
      <h3>{tw('knobs')}</h3>
      <Code
        label={tw('knobs')}
        text={knobs.value[of]}
        onChange={(text) => {
          knobs.value = { ...knobs.value, [of]: text };
        }}
      />
      <p class="hint">
        {network.value === 'pocket' ? tw('withPocket') : tw('withVgg19')}
        {of === 'later' && network.value === 'pocket' && ` ${tw('laterPocket')}`}
      </p>
      <label class="tickbox">
        <input
          type="checkbox"
          autocomplete="off"
          checked={compare.value}
          onChange={(event) => {
            compare.value = event.currentTarget.checked;
          }}
        />
        {tw('compare')}
      </label>
      <div class="row">
        {painting.value ? (
          <button type="button" class="main" onClick={stop}>
            {tw('stop')}
          </button>
        ) : (
          <button type="button" class="main" disabled={!photo.value || !style.value} onClick={startPainting}>
            {tw('paint')}
          </button>
        )}
        <button
          type="button"
          class="quiet"
          onClick={() => {
            knobs.value = { ...knobs.value, [of]: knobsText(of) };
            replaced.value++;
          }}
        >
          {tw('knobsReset')}
        </button>
        {last && <span class="hint progress">{tw('iteration', { n: last.step + 1, m: last.steps })}</span>}
      </div>
      {knobsProblem.value !== undefined && (
        <p class="problem" role="alert">
          {knobsProblem.value}
        </p>
      )}
      {frame.value && (
        <div class="pair">
          <figure>
            <FrameCanvas frame={frame.value} label={tw('generated')} />
            <figcaption>{tw('generated')}</figcaption>
          </figure>
          {gradient.value && (
            <figure class="gradient">
              <Heat {...gradient.value} gamma={0.5} label={tw('gradient')} />
              <figcaption>{tw('gradient')}</figcaption>
            </figure>
          )}
        </div>
      )}
      <Curves />
      {lines.value.length > 0 && (
        <div class="stack">
          <h3>{tw('printed')}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard as well. */}
          <pre class="printed" tabIndex={0}>
            {lines.value.join('\n')}
          </pre>
        </div>
      )}
      {snapshots.value.length > 0 && (
        <div class="stack">
          <h3>{tw('saved')}</h3>
          <div class="snapshots">
            {snapshots.value.map(({ label, frame: saved }) => (
              <figure key={label}>
                <FrameCanvas frame={saved} label={label} />
                <figcaption>{breakable(label)}</figcaption>
              </figure>
            ))}
          </div>
        </div>
      )}
    </>
  );
}

/** A path breaks after its slashes rather than within its names. */
function breakable(path: string) {
  return path.split('/').flatMap((part, i) => (i === 0 ? [part] : ['/', <wbr key={part} />, part]));
}

import { painted, secondsLeft } from '../../actions/painted.js';
import { busy, onServer, pace, ready, report, stage, status } from '../../state.js';
import { duration, number, t, type Word } from '../../words/words.js';

/** Where the painting is: step, pace, time left. */
export function Progress() {
  const now = report.value;
  const seconds = pace.value;
  const done = now ? now.step + 1 : 0;
  const all = now?.steps ?? 1;
  return (
    <div class="progress">
      <progress value={status.value === 'preparing' ? undefined : done} max={all} aria-label={t('painting')} />
      <p class="figures">
        <strong role="status">{t(said())}</strong>
        {now && <span>{t('stepOf', { n: done, m: all })}</span>}
        {now && now.scales > 1 && busy.value && <span>{t('scaleOf', { n: now.scale + 1, m: now.scales })}</span>}
        {seconds !== undefined && <span>{t('perStep', { s: number(seconds) })}</span>}
        {busy.value && seconds !== undefined && <span>{t('left', { time: duration(secondsLeft()) })}</span>}
        {!busy.value && now && <span>{t('took', { time: duration(painted()?.seconds ?? 0) })}</span>}
        {onServer.value && <span class="faint">{t('place.server')}</span>}
        {ready.value && (
          <span class="faint">
            {ready.value.device === 'webgpu' ? 'WebGPU' : `WASM × ${ready.value.threads}`} · {ready.value.network.name}
          </span>
        )}
      </p>
    </div>
  );
}

/** What is being done, in a word of the dictionary. */
function said(): Word {
  if (status.value !== 'preparing' || stage.value === 'pictures') return `status.${status.value}`;
  return `stage.${stage.value}`;
}

import { useSignal } from '@preact/signals';
import type { Frame } from '../../painting/protocol.js';
import type { OpenedPicture } from '../../pictures/open.js';
import { t, titleOf } from '../../words/words.js';
import { FrameCanvas } from './frame-canvas.js';

/** Photo and painting, one over the other; what parts them is a slider over the whole picture. */
export function TwoUp({ photo, frame }: { photo: OpenedPicture; frame: Frame }) {
  const share = useSignal(50);
  return (
    <div class="two-up" style={{ '--share': `${share.value}%`, '--ratio': String(frame.width / frame.height) }}>
      <FrameCanvas frame={frame} label={t('pictureOf', { name: titleOf(photo.name) })} />
      <img class="two-up-photo" src={photo.url} alt={t('photoOf', { name: titleOf(photo.name) })} />
      <div class="two-up-line" aria-hidden="true">
        <span />
      </div>
      <input
        type="range"
        min={0}
        max={100}
        value={share.value}
        aria-label={t('compareSlider')}
        onInput={(event) => {
          share.value = Number(event.currentTarget.value);
        }}
      />
    </div>
  );
}

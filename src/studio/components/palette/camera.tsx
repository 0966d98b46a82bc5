import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { openFiles } from '../../actions/pictures.js';
import { notify } from '../../state.js';
import { t } from '../../words/words.js';
import { Icon } from '../controls/icons.js';

/** Takes the photo with this computer's camera; on phones a file button opens the camera's own program. */
export function Camera() {
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const stream = useSignal<MediaStream | undefined>(undefined);
  const seen = stream.value;
  useEffect(() => {
    if (!seen || !video.current) return;
    video.current.srcObject = seen;
    dialog.current?.showModal();
    // The camera's light goes out with the dialog.
    return () => {
      for (const track of seen.getTracks()) track.stop();
    };
  }, [seen]);
  const open = async () => {
    try {
      stream.value = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1920 } } });
    } catch {
      notify('problem', 'noCamera');
    }
  };
  const take = async () => {
    const from = video.current;
    if (!from) return;
    const canvas = new OffscreenCanvas(from.videoWidth, from.videoHeight);
    canvas.getContext('2d')?.drawImage(from, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
    dialog.current?.close();
    await openFiles([new File([blob], 'camera.jpg', { type: blob.type })], 'photo');
  };
  if (!navigator.mediaDevices?.getUserMedia) return null;
  return (
    <span class="mouse-only">
      <button type="button" class="soft" onClick={open}>
        <Icon name="camera" />
        {t('camera')}
      </button>
      {seen && (
        <dialog class="camera" ref={dialog} aria-label={t('camera')} onClose={() => (stream.value = undefined)}>
          <video ref={video} autoPlay muted playsInline />
          <div class="row centred">
            <button type="button" class="main" onClick={take}>
              <Icon name="camera" />
              {t('camera')}
            </button>
            <button type="button" class="soft" onClick={() => dialog.current?.close()}>
              {t('close')}
            </button>
          </div>
        </dialog>
      )}
    </span>
  );
}

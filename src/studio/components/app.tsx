import { photo, styles } from '../state.js';
import { t } from '../words/words.js';
import { Easel } from './easel.js';
import { Header } from './header.js';
import { HistoryDialog } from './history-dialog.js';
import { Method } from './method.js';
import { Notices } from './notices.js';
import { PaintBar } from './paint-bar.js';
import { PhotoWell } from './photo-well.js';
import { StyleList } from './style-list.js';

export function App() {
  const begun = photo.value !== undefined || styles.value.length > 0;
  return (
    <>
      <a class="skip" href="#easel">
        {t('skip')}
      </a>
      <Header page="studio" />
      <main class={begun ? 'room' : 'room room-empty'}>
        <aside class="palette" aria-label={t('painting')}>
          <div class="palette-scroll">
            <PhotoWell />
            <StyleList />
            <Method />
            <p class="hint privacy">{t('privacy')}</p>
          </div>
          <PaintBar />
        </aside>
        <Easel />
      </main>
      <HistoryDialog />
      <Notices />
    </>
  );
}

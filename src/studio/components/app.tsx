import { hasService } from '../server/service.js';
import { photo, place, styles } from '../state.js';
import { t } from '../words/words.js';
import { HistoryDialog } from './dialogs/history-dialog.js';
import { Notices } from './dialogs/notices.js';
import { TokenDialog } from './dialogs/token-dialog.js';
import { Easel } from './easel/easel.js';
import { PaintBar } from './easel/paint-bar.js';
import { Header } from './header.js';
import { Method } from './palette/method.js';
import { PhotoWell } from './palette/photo-well.js';
import { StyleList } from './palette/style-list.js';

export function App() {
  const begun = photo.value !== undefined || styles.value.length > 0;
  return (
    <>
      <a class="skip" href="#easel">
        {t('skip')}
      </a>
      <Header page="studio" />
      <main class={begun ? 'room' : 'room room-empty'}>
        <aside class="palette" aria-label={t('settings')}>
          <div class="palette-scroll">
            <PhotoWell />
            <StyleList />
            <Method />
            <p class="hint privacy">{t(place.value === 'server' ? 'privacyServer' : 'privacy')}</p>
          </div>
          <PaintBar />
        </aside>
        <Easel />
      </main>
      <HistoryDialog />
      {hasService && <TokenDialog />}
      <Notices />
    </>
  );
}

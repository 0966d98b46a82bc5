import { dismiss, type Notice, notices } from '../../state.js';
import { t } from '../../words/words.js';
import { Icon } from '../controls/icons.js';

export function Notices() {
  return (
    <div class="notices">
      <div role="status">
        {notices.value
          .filter(({ kind }) => kind === 'info')
          .map((notice) => (
            <NoticeCard key={notice.id} notice={notice} />
          ))}
      </div>
      <div role="alert">
        {notices.value
          .filter(({ kind }) => kind === 'problem')
          .map((notice) => (
            <NoticeCard key={notice.id} notice={notice} />
          ))}
      </div>
    </div>
  );
}

function NoticeCard({ notice: { id, kind, word, params, actions } }: { notice: Notice }) {
  return (
    <div class={`notice ${kind}`}>
      <p>{t(word, params)}</p>
      {actions.map((action) => (
        <button type="button" class="soft" key={action.word} onClick={action.run}>
          {t(action.word, action.params)}
        </button>
      ))}
      <button type="button" class="quiet" aria-label={t('dismiss')} onClick={() => dismiss(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

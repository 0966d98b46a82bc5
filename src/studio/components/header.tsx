import { busy, historyOpen } from '../state.js';
import { type Theme, theme } from '../theme.js';
import { language, speak, t, type Word } from '../words/words.js';
import { Icon, type IconName } from './controls/icons.js';

const THEMES: readonly { value: Theme; word: Word; icon: IconName }[] = [
  { value: 'auto', word: 'themeAuto', icon: 'auto' },
  { value: 'light', word: 'themeLight', icon: 'sun' },
  { value: 'dark', word: 'themeDark', icon: 'moon' },
];

export function Header({ page }: { page: 'studio' | 'learn' | 'workbook' }) {
  const at = THEMES.findIndex(({ value }) => value === theme.value);
  const now = THEMES[at] as (typeof THEMES)[number];
  const next = THEMES[(at + 1) % THEMES.length] as (typeof THEMES)[number];
  const link = (name: 'studio' | 'learn' | 'workbook', file: string) => (
    // Looking something up does not end a painting.
    <a
      href={`${file}#lang=${language.value}`}
      target={page === 'studio' && busy.value ? '_blank' : undefined}
      aria-current={page === name ? 'page' : undefined}
    >
      {t(name)}
    </a>
  );
  return (
    <header class="bar">
      <a class="mark" href="./index.html" aria-label={t('title')}>
        <img src="./icon.svg" alt="" width="26" height="26" />
        <span>{t('title')}</span>
      </a>
      <nav class="pages">
        {link('studio', './index.html')}
        {link('learn', './learn.html')}
        {link('workbook', './workbook.html')}
      </nav>
      <div class="bar-end">
        {page === 'studio' && (
          <button type="button" class="quiet" aria-label={t('history')} onClick={() => (historyOpen.value = true)}>
            <Icon name="history" />
            <span class="wide-only">{t('history')}</span>
          </button>
        )}
        <button
          type="button"
          class="quiet"
          aria-label={`${t('theme')}: ${t(now.word)}`}
          title={`${t('theme')}: ${t(now.word)}`}
          onClick={() => (theme.value = next.value)}
        >
          <Icon name={now.icon} />
        </button>
        <button
          type="button"
          class="quiet"
          lang={language.value === 'en' ? 'ko' : 'en'}
          onClick={() => speak(language.value === 'en' ? 'ko' : 'en')}
        >
          {t('otherLanguage')}
        </button>
      </div>
    </header>
  );
}

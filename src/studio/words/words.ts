/** The page in two languages. Every word of one is in the other: the compiler sees to it. */
import { signal } from '@preact/signals';
import { en } from './en.js';
import { ko } from './ko.js';

export type Word = Extract<keyof typeof en, string>;
export type Language = 'en' | 'ko';

const KEY = 'giverny.language';

export const language = signal<Language>(initial());

function initial(): Language {
  return languageOf(location.hash) ?? known(stored() ?? navigator.language);
}

function known(asked: string): Language {
  return asked.startsWith('ko') ? 'ko' : 'en';
}

/** The language that an address asks for, if it does. */
export function languageOf(hash: string): Language | undefined {
  const asked = new URLSearchParams(hash.slice(1)).get('lang');
  return asked === null ? undefined : known(asked);
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function speak(chosen: Language): void {
  language.value = chosen;
  document.documentElement.lang = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // The choice holds for this visit.
  }
}

/** What is filled into a text. */
export type Params = Readonly<Record<string, string | number>>;

/** Makes the function that says a dictionary's words in the page's language; `{name}` in them is replaced. */
export function speaker<W extends string>(dictionaries: Readonly<Record<Language, Readonly<Record<W, string>>>>) {
  return (word: W, params: Params = {}): string =>
    dictionaries[language.value][word].replace(/\{(\w+)\}/g, (all, name: string) => String(params[name] ?? all));
}

/** The page's text for a word. */
export const t = speaker<Word>({ en, ko });

export const isWord = (name: string): name is Word => Object.hasOwn(en, name);

/** What people call a picture: an example has a name in their language, a file its own. */
export function titleOf(file: string): string {
  const word = `example.${file.replace(/\.jpg$/, '')}`;
  return isWord(word) ? t(word) : file;
}

/** 1.2, 34, 1,200: at most two digits after the point, as the language writes it. */
export function number(value: number, digits = 2): string {
  return new Intl.NumberFormat(language.value, { maximumSignificantDigits: Math.max(digits, 1) }).format(value);
}

/** A length of time for people: "8 s", "3 min", "1 h 20 min". */
export function duration(seconds: number): string {
  if (seconds < 90) return t('seconds', { n: Math.max(1, Math.round(seconds)) });
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? t('minutes', { n: minutes }) : t('hours', { h: Math.floor(minutes / 60), n: minutes % 60 });
}

/** Light, dark, or as the system has it. */
import { effect, signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';
const KEY = 'giverny.theme';

const isTheme = (text: string | null): text is Theme => text === 'auto' || text === 'light' || text === 'dark';

function stored(): Theme {
  try {
    const text = localStorage.getItem(KEY);
    return isTheme(text) ? text : 'auto';
  } catch {
    return 'auto';
  }
}

export const theme = signal<Theme>(stored());
const system = matchMedia('(prefers-color-scheme: dark)');
export const dark = signal(false);

/** Dresses the page, and again whenever the choice or the system changes. */
export function dress(): void {
  const systemDark = signal(system.matches);
  system.addEventListener('change', ({ matches }) => {
    systemDark.value = matches;
  });
  effect(() => {
    dark.value = theme.value === 'dark' || (theme.value === 'auto' && systemDark.value);
    document.documentElement.dataset.theme = dark.value ? 'dark' : 'light';
    try {
      localStorage.setItem(KEY, theme.value);
    } catch {
      // The choice holds for this visit.
    }
  });
}

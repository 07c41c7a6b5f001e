/** What the reader has chosen about the pages themselves; kept in the browser. */
import {
  isLanguage,
  type Language,
  languages,
  type Messages,
  preferredLanguage,
} from '../messages/messages.ts';
import { createSignal } from './signal.ts';
import { useSignal } from './use-signal.ts';

export type Theme = 'light' | 'dark' | 'system';

const keys = { theme: 'millrace.theme', language: 'millrace.language' } as const;

export const theme = createSignal<Theme>(readTheme());
export const language = createSignal<Language>(readLanguage());

const systemDark = matchMedia('(prefers-color-scheme: dark)');

/** Shows the theme and language that are chosen, and goes on to when they change. */
export function showPreferences(): void {
  const show = () => {
    const dark = theme.get() === 'dark' || (theme.get() === 'system' && systemDark.matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    document.documentElement.lang = language.get();
  };
  show();
  systemDark.addEventListener('change', show);
  theme.subscribe(() => {
    write(keys.theme, theme.get());
    show();
  });
  language.subscribe(() => {
    write(keys.language, language.get());
    show();
  });
}

export function useMessages(): Messages {
  return languages[useSignal(language)];
}

/** For dates: the reader's own tag when it is of the language that is shown, such as `en-GB`. */
export function useLocale(): string {
  const shown = useSignal(language);
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(shown)) ?? shown;
}

function readTheme(): Theme {
  const kept = read(keys.theme);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

function readLanguage(): Language {
  const kept = read(keys.language);
  return kept !== undefined && isLanguage(kept) ? kept : preferredLanguage(navigator.languages);
}

/** Storage can be forbidden; the choice lasts as long as the page then. */
function read(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It is kept in memory.
  }
}

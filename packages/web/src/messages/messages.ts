/** The languages of the pages, and which one to begin with. */
import { de } from './de.ts';
import { en, type Messages } from './en.ts';

export type { Messages };

export const languages = { en, de } as const satisfies Record<string, Messages>;

export type Language = keyof typeof languages;

export function isLanguage(name: string): name is Language {
  return Object.hasOwn(languages, name);
}

/** The first of the reader's languages that the pages speak; English when they speak none. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const name = tag.toLowerCase().split('-', 1)[0] ?? '';
    if (isLanguage(name)) return name;
  }
  return 'en';
}

import { describe, expect, it } from 'vitest';
import { languages, preferredLanguage } from './messages.ts';

const { en, ...others } = languages;

describe('the messages', () => {
  it('every key of English is in every language, and no other', () => {
    for (const [name, messages] of Object.entries(others))
      expect([name, Object.keys(messages).sort()]).toEqual([name, Object.keys(en).sort()]);
  });

  it('a text with values takes the same values in every language, and says them', () => {
    for (const messages of Object.values(others)) {
      for (const [key, message] of Object.entries(messages)) {
        const english = en[key as keyof typeof en];
        expect([key, typeof message]).toEqual([key, typeof english]);
        if (typeof message !== 'function') continue;
        const call = message as (...values: number[]) => string;
        expect([key, call(41, 43)]).toEqual([key, expect.stringContaining('41')]);
      }
    }
  });

  it('no text is empty', () => {
    for (const messages of Object.values(languages))
      for (const [key, message] of Object.entries(messages)) expect([key, message]).not.toEqual([key, '']);
  });

  it('begins with the first language of the reader that it speaks, and else with English', () => {
    expect(preferredLanguage(['fr-FR', 'de-AT', 'en'])).toBe('de');
    expect(preferredLanguage(['fr'])).toBe('en');
    expect(preferredLanguage(['__proto__', 'constructor'])).toBe('en');
  });
});

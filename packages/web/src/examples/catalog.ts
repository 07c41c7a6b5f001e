/**
 * Workflows to begin with: the repository's own examples, and two that show the pages and call no other system. They
 * are bundled when the pages are built, and loaded when somebody looks at them.
 */
import type { Json } from '@millrace/core';
import readme from '../../../../examples/README.md?raw';
import fault from './fault.yaml?raw';
import tour from './tour.yaml?raw';

export interface Example {
  /** of the workflow; for the pages' own ones the name of their text among the messages */
  readonly name: string;
  readonly text: string;
  readonly input: Json;
  /** what it shows, in English; absent: the messages say it */
  readonly shows?: string;
  /** it calls the services of the stand-in */
  readonly calls: boolean;
  /** secrets that the server must have been given */
  readonly secrets: readonly string[];
}

const folder = '../../../../examples';
const texts = import.meta.glob<string>('../../../../examples/*.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const inputs = import.meta.glob<Json>('../../../../examples/*.input.json', {
  import: 'default',
  eager: true,
});

const tourInput = {
  items: [
    { sku: 'tea', count: 2, price: 4.5 },
    { sku: 'cup', count: 1, price: 12 },
  ],
  express: true,
};

/** Those that run anywhere come first; the others in the order in which the examples' README lists them. */
export const examples: readonly Example[] = [
  { name: 'tour', text: tour, input: tourInput, calls: false, secrets: [] },
  { name: 'fault', text: fault, input: {}, calls: false, secrets: [] },
  ...listed(),
].toSorted((a, b) => Number(a.calls) - Number(b.calls));

function listed(): readonly Example[] {
  return readmeLines(readme).flatMap(({ name, shows }) => {
    const text = texts[`${folder}/${name}.yaml`];
    const input = inputs[`${folder}/${name}.input.json`];
    if (text === undefined || input === undefined) return [];
    return [{ name, text, input, shows, calls: /\bcall:/.test(text), secrets: secretsOf(text) }];
  });
}

/** The rows of the README's table: `| [name](name.yaml) | what it shows | … |`. */
export function readmeLines(text: string): readonly { readonly name: string; readonly shows: string }[] {
  return [...text.matchAll(/^\| \[([\w-]+)\]\(\1\.yaml\) \| ([^|]+) \|/gm)].map(
    ([, name = '', cell = '']) => ({
      name,
      shows: plain(cell.split(';', 1)[0] ?? ''),
    }),
  );
}

/** Without the marks of Markdown, and as a sentence begins. */
function plain(cell: string): string {
  const text = cell
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function secretsOf(text: string): readonly string[] {
  const list = /^\s*secrets:\s*\[([^\]]*)\]/m.exec(text)?.[1] ?? '';
  return list.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
}

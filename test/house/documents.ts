/** Rules about the documents: what they point at is there, and what they say can be run. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lineAt, readFile, root, type SourceFile, type Violation } from './source-files.ts';

/** Relative links, the headings they name, and the tests that their titles name. */
export function checkLinks(file: SourceFile): Violation[] {
  const found: Violation[] = [];
  for (const match of withoutCode(file.text).matchAll(link)) {
    const [target = '', heading] = (match[1] ?? match[2] ?? '').split('#');
    if (/^[a-z]+:/.test(target)) continue;
    // A title may hold code, which was blanked.
    const title = /\s"([^"]*)"\)$/.exec(file.text.slice(match.index, match.index + match[0].length))?.[1];
    const message = refuseLink(file, target, heading) ?? refuseTitle(file, target, title);
    if (message) found.push({ path: file.path, line: lineAt(file.text, match.index), message });
  }
  return found;
}

/** `](target)`, `](target "title")`, or the picture of an `<img>` or a `<source>` */
const link = /\]\(([^)\s]+)(?:\s"[^"]*")?\)|\bsrc(?:set)?="([^"\s]+)"/g;

function refuseLink(file: SourceFile, target: string, heading: string | undefined): string | undefined {
  const path = pathOf(file, target);
  if (path.startsWith('..') || !existsSync(join(root, path))) return `links to ${target}, which is not there`;
  if (heading === undefined || !path.endsWith('.md')) return undefined;
  const text = target === '' ? file.text : readFile(path).text;
  return headingsOf(text).has(heading)
    ? undefined
    : `links to the heading #${heading} of ${path}, which is not there`;
}

/** The title of a link to a test file is that of one of its tests. */
function refuseTitle(file: SourceFile, target: string, title: string | undefined): string | undefined {
  if (title === undefined || !target.endsWith('.test.ts')) return undefined;
  const path = pathOf(file, target);
  return readFile(path).text.includes(title.replace(/\s+/g, ' '))
    ? undefined
    : `names the test "${title}", which ${path} has not`;
}

function pathOf(file: SourceFile, target: string): string {
  return target === '' ? file.path : join(dirname(file.path), target);
}

/** Headings as the links to them are written. */
export function headingsOf(text: string): Set<string> {
  const titles = [...text.matchAll(/^#{1,6} +(.+)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Every `npm run NAME` (and `npm start`, `npm test`) that a document tells the reader to run. */
export function checkScripts(file: SourceFile, scripts: Readonly<Record<string, string>>): Violation[] {
  return [...file.text.matchAll(/\bnpm run (?:--silent |-s )?([a-z][a-z0-9:-]*)/g)]
    .filter((match) => !Object.hasOwn(scripts, match[1] ?? ''))
    .map((match) => ({
      path: file.path,
      line: lineAt(file.text, match.index),
      message: `says \`${match[0]}\`, which package.json has not`,
    }));
}

/** The codes in the first column of a table, each written as code. */
export function codesIn(text: string): string[] {
  return [...text.matchAll(/^\| *`([a-z][a-z0-9-]*)` *\|/gm)].map((match) => match[1] ?? '');
}

/** The text with what stands in code fences and spans blanked, so that offsets stay. */
function withoutCode(text: string): string {
  const blank = (code: string) => code.replace(/[^\n]/g, ' ');
  return text.replace(/^```[\s\S]*?^```/gm, blank).replace(/`[^`\n]*`/g, blank);
}

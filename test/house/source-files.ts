/** The repository's own files as the house rules see them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A text file: `path` from the repository's root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Where a rule is broken, and what to do instead. */
export interface Violation {
  readonly path: string;
  readonly line?: number;
  readonly message: string;
}

const foldersLeftOut = new Set([
  ...['node_modules', 'dist', 'coverage', '.git', '.millrace', '.installing'],
  ...['.peers', '.profiles', '.compiled', '.stryker'],
]);

/** Paths of all files that are part of the project, sorted. */
export function listPaths(folder = root): string[] {
  const paths: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (foldersLeftOut.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) paths.push(...listPaths(path));
    else if (entry.isFile()) paths.push(relative(root, path).replaceAll('\\', '/'));
  }
  return paths.sort();
}

export function readFile(path: string): SourceFile {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

/** All files whose path ends with one of `endings`. */
export function readFiles(...endings: readonly string[]): SourceFile[] {
  return listPaths()
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map(readFile);
}

/** Code that only tests load: free of the rules for what is shipped. */
export function isTestCode(path: string): boolean {
  return (
    /\.(test|bench|contract|fixture)\.ts$|\/test-[a-z-]+\.ts$/.test(path) ||
    /(^|\/)(test|test-support|testing)\//.test(path)
  );
}

export function isShipped(path: string): boolean {
  return /^packages\/[a-z]+\/src\/.*\.ts$/.test(path) && !isTestCode(path);
}

/** One line for each violation, as an editor can follow it. */
export function format(violations: readonly Violation[]): string[] {
  return violations.map(
    ({ path, line, message }) => `${path}${line === undefined ? '' : `:${line}`} ${message}`,
  );
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

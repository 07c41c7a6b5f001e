/** A fault for people: what, why, and the line of the author's text. */
import type { ExecutionView } from '../engine/interface.ts';
import type { Painter } from './run-progress.ts';
import { visible } from './terminal-text.ts';

/** Lines without the last end of line; `text` is the author's, undefined when it cannot be had. */
export function describeFault(
  error: NonNullable<ExecutionView['error']>,
  file: string,
  text: string | undefined,
  paint: Painter,
): string {
  const lines = [
    `${paint.red('faulted')}: ${visible(error.title ?? error.type)}`,
    `  type    ${visible(error.type)}`,
    `  status  ${error.status}`,
  ];
  if (error.detail !== undefined) lines.push(`  detail  ${visible(error.detail)}`);
  if (error.source !== undefined) lines.push(...excerpt(file, text, error.source));
  else if (error.instance !== undefined) lines.push(`  task    ${error.instance}`);
  return lines.join('\n');
}

function excerpt(
  file: string,
  text: string | undefined,
  { line, column }: { readonly line: number; readonly column: number },
): string[] {
  const source = text?.split(/\r?\n/)[line - 1];
  const place = `  at      ${file}:${line}:${column}`;
  if (source === undefined) return [place];
  const gutter = `    ${line} | `;
  return [
    place,
    `${gutter}${visible(source)}`,
    `${' '.repeat(gutter.length - 2)}| ${' '.repeat(column - 1)}^`,
  ];
}

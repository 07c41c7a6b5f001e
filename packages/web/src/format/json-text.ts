/** JSON as text to look at: indented, and never longer than is asked for. */
import type { Json } from '@millrace/core';

export interface JsonText {
  readonly text: string;
  /** the value goes on after the text */
  readonly cut: boolean;
}

/**
 * Prints until `charsMax` characters are there, then stops: a value of 50 MB costs no more than its first page.
 * Nesting is not recursive, so a deep value cannot exhaust the stack.
 */
export function printJson(value: Json, charsMax: number): JsonText {
  const printer = { text: '', charsMax };
  const stack: Frame[] = [];
  write(printer, stack, value);
  while (stack.length > 0 && printer.text.length < charsMax) step(printer, stack);
  const cut = stack.length > 0 || printer.text.length > charsMax;
  return { text: cut ? printer.text.slice(0, charsMax) : printer.text, cut };
}

interface Printer {
  text: string;
  readonly charsMax: number;
}

interface Frame {
  readonly entries: Iterator<readonly [string | undefined, Json]>;
  readonly close: ']' | '}';
  first: boolean;
}

function step(printer: Printer, stack: Frame[]): void {
  const frame = stack.at(-1);
  if (frame === undefined) return;
  const next = frame.entries.next();
  if (next.done === true) {
    stack.pop();
    printer.text += frame.first ? frame.close : `\n${indent(stack.length)}${frame.close}`;
    return;
  }
  printer.text += `${frame.first ? '' : ','}\n${indent(stack.length)}`;
  frame.first = false;
  const [key, value] = next.value;
  if (key !== undefined) printer.text += `${JSON.stringify(key)}: `;
  write(printer, stack, value);
}

function write(printer: Printer, stack: Frame[], value: Json): void {
  if (isList(value)) {
    printer.text += '[';
    stack.push({ entries: items(value), close: ']', first: true });
  } else if (typeof value === 'object' && value !== null) {
    printer.text += '{';
    stack.push({ entries: members(value), close: '}', first: true });
  } else if (typeof value === 'string') {
    // A long text is cut before it is escaped.
    const room = Math.max(0, printer.charsMax - printer.text.length) + 1;
    printer.text += JSON.stringify(value.length > room ? value.slice(0, room) : value);
  } else printer.text += JSON.stringify(value) ?? 'null';
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function* items(values: readonly Json[]): Generator<readonly [undefined, Json]> {
  for (const value of values) yield [undefined, value];
}

function* members(object: Readonly<Record<string, Json>>): Generator<readonly [string, Json]> {
  for (const key in object) if (Object.hasOwn(object, key)) yield [key, object[key] ?? null];
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}

/** A value in one line of at most `charsMax` characters, for a list. */
export function previewJson(value: Json, charsMax: number): string {
  // Indentation goes, so twice the room is enough for a line.
  const { text, cut } = printJson(value, charsMax * 3);
  const line = text.replace(/\n\s*/g, ' ').trim();
  return cut || line.length > charsMax ? `${line.slice(0, charsMax - 1)}…` : line;
}

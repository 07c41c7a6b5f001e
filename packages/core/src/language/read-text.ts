import { Composer, type Document, type Node, Parser, type YAMLError } from 'yaml';
import type { Json } from '../model/json.ts';
import { readNodes } from './node-values.ts';
import { type NodeSource, positions, sourceOf } from './source.ts';
import type { SourceError } from './source-error.ts';
import { readTokens, type TextFault, type TextLimits } from './token-limits.ts';

export interface TextOptions extends TextLimits {
  readonly textBytesMax: number;
  readonly errorsMax: number;
  readonly file: string | undefined;
}

export type ReadText =
  | { readonly ok: true; readonly value: Json; readonly source: NodeSource }
  | { readonly ok: false; readonly errors: readonly SourceError[] };

/** Reads YAML 1.2 (core schema), JSON included, as one JSON value with positions. */
export function readText(text: string, options: TextOptions): ReadText {
  const fault = checkSize(text, options);
  if (fault !== undefined) return refuse(text, [fault], options);
  const cut = readTokens(text, options);
  if (!cut.ok) return refuse(text, [cut.fault], options);
  const composed = compose(text, cut.tokens, options.errorsMax);
  if (!composed.ok) return refuse(text, composed.faults, options);
  const root = composed.document.contents as Node | null;
  const { value, faults, targets } = readNodes(root, options, options.errorsMax);
  if (faults.length > 0) return refuse(text, faults, options);
  return { ok: true, value, source: sourceOf(text, root, targets, options.file) };
}

function checkSize(text: string, options: TextOptions): TextFault | undefined {
  // A UTF-16 unit is one to three bytes of UTF-8, so most texts need no counting.
  const tooLong = text.length > options.textBytesMax;
  if (!tooLong && text.length * 3 <= options.textBytesMax) return undefined;
  if (!tooLong && utf8Length(text) <= options.textBytesMax) return undefined;
  return { offset: 0, pointer: '', message: `the definition is larger than ${options.textBytesMax} bytes` };
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    // Each half of a surrogate pair is two of the four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}

type Composed =
  | { readonly ok: true; readonly document: Document.Parsed }
  | { readonly ok: false; readonly faults: readonly TextFault[] };

function compose(text: string, tokens: readonly string[], errorsMax: number): Composed {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    // The library compares each key with all before it; `readNodes` finds twins in linear time.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  stopAfter(composer, errorsMax * 2);
  try {
    const [document, second] = composer.compose(parse(tokens, errorsMax * 2), true, text.length);
    if (document === undefined) throw new Error('it holds no document');
    const faults = syntaxFaults(document.errors, errorsMax);
    if (second !== undefined) faults.push(severalDocuments(second));
    return faults.length === 0 ? { ok: true, document } : { ok: false, faults };
  } catch (error) {
    if (error instanceof TooManyErrors)
      return { ok: false, faults: syntaxFaults(errorsSoFar(composer), errorsMax) };
    // The library has thrown on broken texts before; a user's text must never take the process down.
    const reason = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      faults: [{ offset: 0, pointer: '', message: `the text is not readable as YAML: ${reason}` }],
    };
  }
}

class TooManyErrors extends Error {}

/** As the library's `Parser.parse`, from tokens that are there already: a text is cut once. */
function* parse(tokens: readonly string[], errorsMax: number): ReturnType<Parser['parse']> {
  const parser = new Parser();
  let errors = 0;
  for (const token of tokens) {
    for (const part of parser.next(token)) {
      yield part;
      if (part.type === 'error') errors += 1;
      if (errors >= errorsMax) throw new TooManyErrors();
    }
  }
  yield* parser.end();
}

/** What the document that was under way has, and what would have come to the next. */
function errorsSoFar(composer: Composer): readonly YAMLError[] {
  const document = Reflect.get(composer, 'doc') as Document.Parsed | null;
  return [...(document?.errors ?? []), ...composer.streamInfo().errors];
}

/**
 * The library makes an error object, stack included, for every slip, and goes on: a text of a megabyte can hold
 * hundreds of thousands, and would hold the thread for ten seconds. Its warnings are read by nobody.
 */
function stopAfter(composer: Composer, errorsMax: number): void {
  const onError: (...problem: unknown[]) => void = Reflect.get(composer, 'onError');
  let errors = 0;
  Object.assign(composer, {
    onError: (source: unknown, code: unknown, message: unknown, warning?: boolean) => {
      if (warning === true) return;
      onError(source, code, message);
      errors += 1;
      if (errors >= errorsMax) throw new TooManyErrors();
    },
  });
}

function severalDocuments({ range }: Document.Parsed): TextFault {
  return { offset: range[0], pointer: '', message: `not valid YAML: ${sentences.MULTIPLE_DOCS}` };
}

function syntaxFaults(errors: readonly YAMLError[], errorsMax: number): TextFault[] {
  const faults = new Map<string, TextFault>();
  for (const error of errors) {
    if (faults.size >= errorsMax) break;
    const [offset] = error.pos;
    const message = `not valid YAML: ${sentenceOf(error)}`;
    faults.set(`${offset} ${message}`, { offset, pointer: '', message });
  }
  return [...faults.values()];
}

function sentenceOf(error: YAMLError): string {
  const closing = /Flow (?:map|sequence) .*end with a ([\]}])/.exec(error.message)?.[1];
  if (closing !== undefined)
    return `expected '${closing}' here or before, to close a '${closing === '}' ? '{' : '['}'`;
  return sentences[error.code] ?? plain(error.message);
}

/** What the library's codes mean to an author, where its own message does not say it. */
const sentences: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'the text holds several documents (---); a definition is one document',
  TAB_AS_INDENT: 'a tab cannot indent; use spaces',
  BAD_INDENT: 'this line is indented differently from its neighbours',
  BLOCK_AS_IMPLICIT_KEY:
    "a nested 'key: value' cannot stand here; put the text in quotes, or begin a new line",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line and be followed by ':'",
  KEY_OVER_1024_CHARS: 'a key may have 1024 characters at most',
  BLOCK_IN_FLOW: "a block cannot stand within '[ ]' or '{ }'",
  RESOURCE_EXHAUSTION: 'the text nests too deep',
};

function plain(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function refuse(text: string, faults: readonly TextFault[], options: TextOptions): ReadText {
  const positionOf = positions(text);
  return {
    ok: false,
    errors: faults.map(({ offset, pointer, message }) => ({
      ...(options.file === undefined ? {} : { file: options.file }),
      ...positionOf(Math.min(offset, text.length)),
      pointer,
      message,
    })),
  };
}

/** The editor of definitions: loaded when one is edited. */
import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, indentService, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter, lintGutter, lintKeymap } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { parse } from '@millrace/core';
import { useEffect, useRef } from 'react';
import { useMessages } from '../app/preferences.ts';
import { styleNonce } from '../app/style-nonce.ts';
import { keywordsAt, valuesOf } from './keywords.ts';
import { indentAfter, pathAt } from './yaml-path.ts';

export interface EditorProps {
  readonly initial: string;
  readonly onChange: (text: string) => void;
}

export default function Editor({ initial, onChange }: EditorProps) {
  const messages = useMessages();
  const place = useRef<HTMLDivElement>(null);
  const change = useRef(onChange);
  change.current = onChange;
  const written = useRef(initial);
  const label = messages.editorLabel;
  useEffect(() => {
    if (place.current === null) return;
    const view = new EditorView({ parent: place.current, state: stateOf(written.current, label, change) });
    return () => {
      // Another language makes the editor anew, with what was written.
      written.current = view.state.doc.toString();
      view.destroy();
    };
  }, [label]);
  return <div ref={place} className="h-full overflow-hidden" />;
}

function stateOf(
  text: string,
  label: string,
  change: { readonly current: (text: string) => void },
): EditorState {
  const nonce = styleNonce();
  return EditorState.create({
    doc: text,
    extensions: [
      nonce === undefined ? [] : EditorView.cspNonce.of(nonce),
      lineNumbers(),
      lintGutter(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      history(),
      drawSelection(),
      closeBrackets(),
      indentUnit.of('  '),
      // The language's own indents after `- name:` as after `name:`, where YAML does not take it.
      indentService.of((context, position) => indentAfter(context.lineAt(position, -1).text)),
      yaml(),
      syntaxHighlighting(colours),
      autocompletion({ override: [complete], icons: false }),
      linter(diagnose, { delay: 250 }),
      keymap.of([
        { key: 'Tab', run: acceptCompletion },
        ...completionKeymap,
        ...defaultKeymap,
        ...historyKeymap,
        ...lintKeymap,
        indentWithTab,
      ]),
      EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) change.current(update.state.doc.toString());
      }),
      look,
    ],
  });
}

/** The errors that the server would find, at their places. */
function diagnose(view: EditorView): readonly Diagnostic[] {
  const { doc } = view.state;
  const parsed = parse(doc.toString());
  if (parsed.ok) return [];
  return parsed.errors.map(({ line, column, message }) => {
    const row = doc.line(Math.min(line, doc.lines));
    const from = Math.min(row.from + column - 1, row.to);
    const word = /^[^\s:,{}[\]]+/.exec(doc.sliceString(from, row.to))?.[0] ?? '';
    return { from, to: Math.min(row.to, from + Math.max(1, word.length)), severity: 'error', message };
  });
}

/** Keys where a key may begin, values behind a key whose values the language names. */
function complete(context: CompletionContext): CompletionResult | null {
  const { doc } = context.state;
  const line = doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const value = /^(?:\s|-(?=\s))*([\w-]+):\s+(\S*)$/.exec(before);
  if (value !== null) {
    const [, key = '', typed = ''] = value;
    const names = valuesOf(key);
    return names.length === 0
      ? null
      : { from: context.pos - typed.length, options: names.map((label) => ({ label })) };
  }
  const typed = /^(?:\s|-(?=\s))*([\w-]*)$/.exec(before)?.[1];
  if (typed === undefined || (typed === '' && !context.explicit)) return null;
  const from = context.pos - typed.length;
  const lines = doc.toString().split('\n');
  const options = keywordsAt(pathAt(lines, line.number - 1, from - line.from)).map(
    toCompletion(from - line.from),
  );
  return options.length === 0 ? null : { from, options, validFor: /^[\w-]*$/ };
}

function toCompletion(column: number) {
  return ({ name, insert }: { readonly name: string; readonly insert?: string }): Completion => {
    const text = (insert ?? `${name}: `).replaceAll('\n', `\n${' '.repeat(column)}`).replaceAll('\t', '  ');
    return { label: name, apply: text, boost: insert === undefined ? 0 : 1 };
  };
}

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--code-key)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--faint)' },
  { tag: [tags.punctuation, tags.separator], color: 'var(--faint)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', backgroundColor: 'var(--surface)', color: 'var(--ink)' },
  // The frame around the editor shows the focus: here the gutters would hide half of a ring.
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono, ui-monospace, monospace)', lineHeight: '21px' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '10px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--faint)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line)',
    borderRadius: '8px',
    boxShadow: 'var(--shadow-raised)',
    color: 'var(--ink)',
    overflow: 'hidden',
  },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px !important' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent-soft) !important',
    color: 'var(--ink) !important',
  },
  '.cm-diagnostic': { padding: '6px 10px', fontFamily: 'var(--font-sans, sans-serif)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--faulted)' },
});

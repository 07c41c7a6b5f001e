/** Text of a definition or a value, in lines. It is text whatever it holds: nothing of it becomes markup. */
import type { Json } from '@millrace/core';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { useMessages } from '../app/preferences.ts';
import { printJson } from '../format/json-text.ts';
import { tokensOf } from '../format/tokens.ts';
import { IconButton } from './button.tsx';

const firstChars = 4_000;
const moreChars = 200_000;

/** A JSON value: its beginning, more of it when asked, all of it as a file. */
export function JsonView({ value, name }: { readonly value: Json; readonly name: string }) {
  const messages = useMessages();
  const [charsMax, setCharsMax] = useState(firstChars);
  const { text, cut } = useMemo(() => printJson(value, charsMax), [value, charsMax]);
  const lines = useMemo(() => text.split('\n'), [text]);
  return (
    <div className="group relative overflow-hidden rounded-lg border border-line bg-sunken">
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-80 overflow-auto p-3 pr-20 font-mono text-[12.5px] leading-5"
      >
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name than its number
          <Line key={index} text={line} />
        ))}
      </pre>
      <div className="absolute top-1 right-1 flex">
        <CopyButton text={() => JSON.stringify(value, null, 2)} />
        {cut ? (
          <IconButton
            icon="download"
            label={messages.download}
            className="size-8"
            onClick={() => saveJson(name, value)}
          />
        ) : null}
      </div>
      {cut ? (
        <p className="flex items-center justify-between border-t border-line px-3 py-1 text-[12.5px] text-soft">
          {messages.cutText}
          {charsMax < moreChars ? (
            <button
              type="button"
              className="font-medium text-accent hover:underline"
              onClick={() => setCharsMax(moreChars)}
            >
              {messages.showAll}
            </button>
          ) : null}
        </p>
      ) : null}
    </div>
  );
}

const Line = memo(function Line({ text }: { readonly text: string }) {
  return (
    <span className="block min-h-5 whitespace-pre-wrap [overflow-wrap:anywhere]">
      <Tokens text={text} />
    </span>
  );
});

/** A line longer than this is shown without colours: nobody reads it by them. */
const coloredCharsMax = 2_000;

function Tokens({ text }: { readonly text: string }) {
  if (text.length > coloredCharsMax) return text;
  return tokensOf(text).map(({ kind, text: part }, index) =>
    kind === 'text' ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a token has no other name than its place
      <span key={index} className={`token-${kind}`}>
        {part}
      </span>
    ),
  );
}

export function CopyButton({ text }: { readonly text: () => string }) {
  const messages = useMessages();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  // A page that is not served over a secure address has no clipboard.
  if (navigator.clipboard === undefined) return null;
  return (
    <IconButton
      icon={copied ? 'check' : 'copy'}
      label={copied ? messages.copied : messages.copy}
      className="size-8"
      onClick={() =>
        navigator.clipboard.writeText(text()).then(
          () => setCopied(true),
          () => setCopied(false),
        )
      }
    />
  );
}

function saveJson(name: string, value: Json): void {
  const address = URL.createObjectURL(new Blob([JSON.stringify(value)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name.replace(/[^\w.-]+/g, '-')}.json`;
  link.click();
  URL.revokeObjectURL(address);
}

export interface SourceViewProps {
  readonly text: string;
  /** the first number that is shown */
  readonly from?: number;
  /** 1-based: the line of what is chosen */
  readonly marked?: number | undefined;
  /** 1-based: the line at fault */
  readonly faulty?: number | undefined;
  readonly label: string;
  readonly className?: string;
}

/** A definition with its line numbers; the marked line comes into view. */
export function SourceView({ text, from = 1, marked, faulty, label, className = '' }: SourceViewProps) {
  const lines = useMemo(() => text.replace(/\n$/, '').split('\n'), [text]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const line = marked ?? faulty;
    if (line === undefined || box.current === null) return;
    const row = box.current.querySelector<HTMLElement>(`[data-line="${line}"]`);
    if (row !== null) box.current.scrollTop = row.offsetTop - box.current.clientHeight / 3;
  }, [marked, faulty]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div
      ref={box}
      role="group"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className={`relative overflow-auto rounded-lg border border-line bg-sunken py-2 font-mono text-[12.5px] leading-[21px] ${className}`}
    >
      {lines.map((line, index) => {
        const number = index + from;
        return (
          <SourceLine
            key={number}
            number={number}
            text={line}
            marked={number === marked}
            faulty={number === faulty}
          />
        );
      })}
    </div>
  );
}

const SourceLine = memo(function SourceLine(line: {
  readonly number: number;
  readonly text: string;
  readonly marked: boolean;
  readonly faulty: boolean;
}) {
  const look = line.faulty ? 'bg-faulted-soft' : line.marked ? 'bg-accent-soft' : '';
  return (
    <div data-line={line.number} className={`flex w-max min-w-full ${look}`}>
      <span
        aria-hidden="true"
        className={`w-11 shrink-0 pr-3 text-right select-none ${line.faulty ? 'font-semibold text-faulted' : 'text-faint'}`}
      >
        {line.number}
      </span>
      <span className="pr-4 whitespace-pre">
        <Tokens text={line.text} />
      </span>
    </div>
  );
});

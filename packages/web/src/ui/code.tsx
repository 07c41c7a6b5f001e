/** Text of a definition, in lines. It is text whatever it holds: nothing of it becomes markup. */
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { useMessages } from '../app/preferences.ts';
import { tokensOf } from '../format/tokens.ts';
import { IconButton } from './button.tsx';

/** A line longer than this is shown without colours: nobody reads it by them. */
const coloredCharsMax = 2_000;

/** One line in its colours. */
export function Tokens({ text }: { readonly text: string }) {
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

/** A JSON value, or as much of it as there is. It is text whatever it holds: nothing of it becomes markup. */
import type { Json } from '@millrace/core';
import type { LargeValue } from '@millrace/sdk';
import { memo, type ReactNode, useMemo, useState } from 'react';
import { apiKey } from '../api/api-key.ts';
import { api } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import { formatBytes } from '../format/duration.ts';
import { printJson } from '../format/json-text.ts';
import { largeOf } from '../run/large-values.ts';
import { buttonClass, IconButton } from './button.tsx';
import { CopyButton, Tokens } from './code.tsx';
import { Icon } from './icon.tsx';

const firstChars = 4_000;
const moreChars = 200_000;

/** A value: its beginning, more of it when asked, all of it as a file. */
export function JsonView({ value, name }: { readonly value: Json; readonly name: string }) {
  const large = largeOf(value);
  return large === undefined ? (
    <WholeValue value={value} name={name} />
  ) : (
    <PartOfValue large={large} name={name} />
  );
}

function WholeValue({ value, name }: { readonly value: Json; readonly name: string }) {
  const messages = useMessages();
  const [charsMax, setCharsMax] = useState(firstChars);
  const { text, cut } = useMemo(() => printJson(value, charsMax), [value, charsMax]);
  return (
    <Frame
      text={text}
      buttons={
        <>
          <CopyButton text={() => JSON.stringify(value, null, 2)} />
          {cut ? (
            <IconButton
              icon="download"
              label={messages.download}
              className="size-8"
              onClick={() => saveJson(name, value)}
            />
          ) : null}
        </>
      }
    >
      {cut ? (
        <>
          {messages.cutText}
          {charsMax < moreChars ? (
            <button
              type="button"
              className="rounded font-medium text-accent hover:underline"
              onClick={() => setCharsMax(moreChars)}
            >
              {messages.showAll}
            </button>
          ) : null}
        </>
      ) : null}
    </Frame>
  );
}

/** Its text is cut anywhere, so it is shown as it came. */
function PartOfValue({ large, name }: { readonly large: LargeValue; readonly name: string }) {
  const messages = useMessages();
  const { preview, bytes, href } = large;
  return (
    <Frame text={`${preview}…`}>
      <span className="tabular">{messages.cutBytes(formatBytes(bytes))}</span>
      <a
        href={href}
        download
        className={`${buttonClass()} !min-h-8 !py-0.5`}
        onClick={(event) => {
          // A link sends no key.
          if (apiKey() === undefined) return;
          event.preventDefault();
          void api.value(href).then((value) => saveJson(name, value));
        }}
      >
        <Icon name="download" />
        {messages.download}
      </a>
    </Frame>
  );
}

interface FrameProps {
  readonly text: string;
  readonly buttons?: ReactNode;
  /** what stands below the text */
  readonly children?: ReactNode;
}

function Frame({ text, buttons, children }: FrameProps) {
  const lines = useMemo(() => text.split('\n'), [text]);
  return (
    <div className="relative overflow-hidden rounded-lg border border-line bg-sunken">
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
      <div className="absolute top-1 right-1 flex">{buttons}</div>
      {children ? (
        <p className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-t border-line px-3 py-1 text-[12.5px] text-soft">
          {children}
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

function saveJson(name: string, value: Json): void {
  const address = URL.createObjectURL(new Blob([JSON.stringify(value)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name.replace(/[^\w.-]+/g, '-')}.json`;
  link.click();
  URL.revokeObjectURL(address);
}

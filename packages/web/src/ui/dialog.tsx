import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useMessages } from '../app/preferences.ts';
import { IconButton } from './button.tsx';

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly text?: string;
  /** what is marked `data-focus-first` has the focus at first */
  readonly children: ReactNode;
}

/** The browser's own dialog: it keeps the focus inside, gives it back afterwards, and closes on Escape. */
export function Dialog({ open, ...content }: DialogProps) {
  return open ? <OpenDialog {...content} /> : null;
}

function OpenDialog({ onClose, title, text, children }: Omit<DialogProps, 'open'>) {
  const messages = useMessages();
  const place = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = place.current;
    const before = document.activeElement;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-focus-first]')?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it by `onCancel`
    <dialog
      ref={place}
      aria-labelledby={`${id}-title`}
      aria-describedby={text === undefined ? undefined : `${id}-text`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // What lies around the content is the dialog itself, and its backdrop.
      onClick={(event) => (event.target === event.currentTarget ? onClose() : undefined)}
      className="dialog"
    >
      <div className="p-6">
        <div className="flex items-start justify-between gap-4">
          <h2 id={`${id}-title`} className="text-base font-semibold">
            {title}
          </h2>
          <IconButton icon="cross" label={messages.close} className="-mt-1.5 -mr-2" onClick={onClose} />
        </div>
        {text === undefined ? null : (
          <p id={`${id}-text`} className="mt-1 text-pretty text-soft">
            {text}
          </p>
        )}
        <div className="mt-4">{children}</div>
      </div>
    </dialog>
  );
}

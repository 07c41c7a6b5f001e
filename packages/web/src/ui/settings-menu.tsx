import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { language, type Theme, theme, useMessages } from '../app/preferences.ts';
import { useSignal } from '../app/use-signal.ts';
import { isLanguage, languages } from '../messages/messages.ts';
import { IconButton } from './button.tsx';
import { Icon } from './icon.tsx';
import { nextItem } from './menu-keys.ts';

/** Theme, language, the help on keys and the way to the API. */
export function SettingsMenu({ onHelp }: { readonly onHelp: () => void }) {
  const messages = useMessages();
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    place.current?.querySelector('button')?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears of the focus that leaves what stands in it
    <div
      ref={place}
      className="relative"
      onBlur={(event) => {
        // Where nothing takes the focus, as on a click beside it, `relatedTarget` is null.
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <IconButton
        icon="gear"
        label={messages.settings}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      />
      {open ? (
        <Choices
          onClose={close}
          onHelp={() => {
            close();
            onHelp();
          }}
        />
      ) : null}
    </div>
  );
}

interface ChoicesProps {
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

function Choices({ onClose, onHelp }: ChoicesProps) {
  const messages = useMessages();
  const menu = useRef<HTMLDivElement>(null);
  const [chosenTheme, chosenLanguage] = [useSignal(theme), useSignal(language)];
  const themes = { system: messages.themeSystem, light: messages.themeLight, dark: messages.themeDark };
  useEffect(() => menu.current?.querySelector<HTMLElement>('[role^="menuitem"]')?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return onClose();
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
    const next = nextItem(event.key, items.indexOf(document.activeElement as HTMLElement), items.length);
    if (next === undefined) return;
    event.preventDefault();
    items[next]?.focus();
  };
  return (
    <div
      ref={menu}
      role="menu"
      tabIndex={-1}
      aria-label={messages.settings}
      onKeyDown={onKeyDown}
      className="absolute top-full right-0 z-50 mt-1.5 min-w-56 rounded-xl border border-line bg-surface p-1.5 shadow-raised"
    >
      <Group label={messages.theme}>
        {Object.entries(themes).map(([name, text]) => (
          <Choice
            key={name}
            text={text}
            checked={chosenTheme === name}
            onChoose={() => {
              theme.set(name as Theme);
              onClose();
            }}
          />
        ))}
      </Group>
      <Group label={messages.languageName}>
        {Object.entries(languages).map(([name, each]) => (
          <Choice
            key={name}
            text={each.language}
            checked={chosenLanguage === name}
            onChoose={() => {
              if (isLanguage(name)) language.set(name);
              onClose();
            }}
          />
        ))}
      </Group>
      <button type="button" role="menuitem" tabIndex={-1} onClick={onHelp} className={itemClass}>
        {messages.keyboardHelp}
        <kbd className="font-mono text-faint">?</kbd>
      </button>
      <a role="menuitem" tabIndex={-1} href="/docs" className={itemClass}>
        {messages.apiReference}
      </a>
    </div>
  );
}

const itemClass =
  'flex min-h-9 w-full items-center justify-between gap-6 rounded-md px-2.5 text-left hover:bg-hover focus:bg-hover focus-visible:-outline-offset-2';

function Group({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div role="group" aria-labelledby={id} className="mb-1.5 border-b border-line pb-1.5">
      <p id={id} className="px-2.5 py-1 text-[12.5px] text-faint">
        {label}
      </p>
      {children}
    </div>
  );
}

interface ChoiceProps {
  readonly text: string;
  readonly checked: boolean;
  readonly onChoose: () => void;
}

function Choice({ text, checked, onChoose }: ChoiceProps) {
  return (
    <button
      type="button"
      role="menuitemradio"
      aria-checked={checked}
      tabIndex={-1}
      onClick={onChoose}
      className={itemClass}
    >
      {text}
      {checked ? <Icon name="check" className="text-accent" /> : null}
    </button>
  );
}

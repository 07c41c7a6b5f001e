import { Link, Outlet } from '@tanstack/react-router';
import { Fragment, useCallback, useState } from 'react';
import { keyGiven } from '../api/api-key.ts';
import { ApiKeyDialog } from '../ui/api-key-dialog.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { SettingsMenu } from '../ui/settings-menu.tsx';
import { useMessages } from './preferences.ts';
import { useShortcuts } from './shortcuts.ts';
import { useSignal } from './use-signal.ts';

/** What stands around every page. */
export function Shell() {
  const messages = useMessages();
  const [help, setHelp] = useState(false);
  useShortcuts(useCallback(() => setHelp(true), []));
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only z-50 rounded-lg bg-accent px-4 py-2 text-on-accent focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {messages.skipToContent}
      </a>
      <header className="sticky top-0 z-30 border-b border-line bg-bg/90 backdrop-blur">
        <div className="mx-auto flex h-14 max-w-[1400px] items-center gap-1 px-4 sm:gap-2 sm:px-6">
          <Link
            to="/"
            className="mr-1 flex items-center gap-2.5 rounded-lg py-1 pr-2 font-semibold tracking-tight sm:mr-4"
          >
            <Mark />
            <span className="max-sm:sr-only">Millrace</span>
          </Link>
          <nav aria-label={messages.navigation} className="flex min-w-0 flex-1 gap-0.5 sm:gap-1">
            <Place to="/" icon="runs" label={messages.executions} />
            <Place to="/workflows" icon="workflows" label={messages.workflows} />
            <Place to="/system" icon="system" label={messages.system} />
          </nav>
          <SettingsMenu onHelp={() => setHelp(true)} />
        </div>
      </header>
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto w-full max-w-[1400px] flex-1 px-4 py-6 outline-none sm:px-6"
      >
        <Fragment key={useSignal(keyGiven)}>
          <Outlet />
        </Fragment>
      </main>
      <KeyboardHelp open={help} onClose={() => setHelp(false)} />
      <ApiKeyDialog />
    </div>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <g fill="none" strokeWidth="2.6" strokeLinecap="round" className="stroke-on-accent">
        <path d="M7 11.5c3 0 3 2.5 6 2.5s3-2.5 6-2.5 3 2.5 6 2.5" />
        <path d="M7 18.5c3 0 3 2.5 6 2.5s3-2.5 6-2.5 3 2.5 6 2.5" opacity=".65" />
      </g>
    </svg>
  );
}

function Place({
  to,
  icon,
  label,
}: {
  readonly to: string;
  readonly icon: IconName;
  readonly label: string;
}) {
  return (
    <Link
      to={to}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      className="flex min-h-9 items-center gap-2 rounded-lg px-1.5 text-soft transition-colors hover:bg-hover hover:text-ink min-[400px]:px-2.5 sm:px-3"
      activeProps={{ className: 'bg-line/70 !text-ink font-medium' }}
    >
      <Icon name={icon} className="max-sm:hidden" />
      {label}
    </Link>
  );
}

function KeyboardHelp({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const messages = useMessages();
  const keys: readonly (readonly [keys: string, text: string])[] = [
    ['j', messages.keyNext],
    ['k', messages.keyPrevious],
    ['Enter', messages.keyOpen],
    ['/', messages.keySearch],
    ['n', messages.keyOlder],
    ['p', messages.keyNewer],
    ['g e', messages.keyGoExecutions],
    ['g w', messages.keyGoWorkflows],
    ['g s', messages.keyGoSystem],
    ['?', messages.keyHelp],
  ];
  return (
    <Dialog open={open} onClose={onClose} title={messages.keyboardHelp}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2.5">
        {keys.map(([names, text]) => (
          <div key={names} className="contents">
            <dt className="flex gap-1">
              {names.split(' ').map((name) => (
                <kbd
                  key={name}
                  className="rounded border border-line-strong bg-sunken px-1.5 font-mono text-[12.5px]"
                >
                  {name}
                </kbd>
              ))}
            </dt>
            <dd className="text-soft">{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

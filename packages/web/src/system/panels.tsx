import type { Phase } from '@millrace/core';
import { phases } from '@millrace/core';
import type { SystemView } from '@millrace/sdk';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMessages } from '../app/preferences.ts';
import { useNow } from '../app/use-now.ts';
import { formatBytes, formatDuration } from '../format/duration.ts';
import type { Messages } from '../messages/messages.ts';
import { StatusDot, statusLabel } from '../ui/phase-badge.tsx';
import { Instant } from '../ui/time.tsx';

export interface PanelProps {
  readonly title: string;
  readonly text?: string;
  readonly children: ReactNode;
}

export function Panel({ title, text, children }: PanelProps) {
  return (
    <section className="card p-5">
      <h2 className="font-semibold">{title}</h2>
      {text === undefined ? null : <p className="text-[13px] text-pretty text-soft">{text}</p>}
      <div className="mt-3">{children}</div>
    </section>
  );
}

/** How what was acknowledged is kept, and what it survives. */
export function StorePanel({
  store,
  bytes,
}: {
  readonly store: SystemView['store'];
  /** of the database, when there is one */
  readonly bytes: number | undefined;
}) {
  const messages = useMessages();
  const survives = survivesText(store.durability, messages);
  return (
    <Panel title={messages.durability}>
      <p className="font-medium">{survives.title}</p>
      <p className="mt-0.5 text-pretty text-soft">{survives.text}</p>
      <Pairs
        pairs={[
          [
            messages.storeDriver,
            <code key="driver" className="font-mono text-[12.5px]">
              {store.driver}
            </code>,
          ],
          ...(bytes === undefined ? [] : [[messages.databaseSize, formatBytes(bytes)] as const]),
        ]}
      />
    </Panel>
  );
}

function survivesText(
  durability: SystemView['store']['durability'],
  messages: Messages,
): { readonly title: string; readonly text: string } {
  switch (durability) {
    case 'power-loss':
      return { title: messages.storePowerTitle, text: messages.storePower };
    case 'process-crash':
      return { title: messages.storeCrashTitle, text: messages.storeCrash };
    case 'memory':
      return { title: messages.storeMemoryTitle, text: messages.storeMemory };
  }
}

/** The process that answers. */
export function NodePanel({ system }: { readonly system: SystemView }) {
  const messages = useMessages();
  const now = useNow(true);
  return (
    <Panel title={messages.node}>
      <p className="font-mono text-[12.5px] [overflow-wrap:anywhere]">{system.node}</p>
      <Pairs
        pairs={[
          [messages.serverVersion, system.version],
          [messages.roles, system.roles.join(', ')],
          [messages.started, <Instant key="started" at={system.startedAt} now={now} />],
          [messages.uptime, formatDuration(now - Date.parse(system.startedAt))],
        ]}
      />
    </Panel>
  );
}

function Pairs({ pairs }: { readonly pairs: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className="tabular mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1 text-[13px]">
      {pairs.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-faint">{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function PhasePanel({ counts }: { readonly counts: Readonly<Record<string, number>> }) {
  const messages = useMessages();
  const most = Math.max(1, ...Object.values(counts));
  return (
    <Panel title={messages.byPhase}>
      <ul className="-mx-2 grid">
        {phases.map((phase) => (
          <li key={phase}>
            <PhaseRow phase={phase} count={counts[phase] ?? 0} most={most} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function PhaseRow({
  phase,
  count,
  most,
}: {
  readonly phase: Phase;
  readonly count: number;
  readonly most: number;
}) {
  const messages = useMessages();
  return (
    <Link
      to="/"
      search={{ status: phase }}
      className="grid grid-cols-[8.5rem_minmax(0,1fr)_4rem] items-center gap-3 rounded-md px-2 py-1 hover:bg-hover"
    >
      <span className="flex items-center gap-2">
        <StatusDot status={phase} still />
        {statusLabel(messages, phase)}
      </span>
      <span aria-hidden="true" className="h-2 overflow-hidden rounded-full bg-sunken">
        <span
          className="block h-full rounded-full bg-accent/60"
          style={{ width: `${count === 0 ? 0 : Math.max(1.5, (count / most) * 100)}%` }}
        />
      </span>
      <span className={`tabular text-right ${count === 0 ? 'text-faint' : ''}`}>{count}</span>
    </Link>
  );
}

export function LedgerPanel({ counts }: { readonly counts: Readonly<Record<string, number>> }) {
  const messages = useMessages();
  const kinds = Object.entries(counts).filter(([, count]) => count > 0);
  return (
    <Panel title={messages.ledger} text={messages.ledgerText}>
      {kinds.length === 0 ? (
        <p className="text-faint">{messages.ledgerEmpty}</p>
      ) : (
        <dl className="grid">
          {kinds.map(([kind, count]) => (
            <div key={kind} className="flex items-baseline justify-between gap-4 border-t border-line py-1.5">
              <dt>
                {kindText(kind, messages)}{' '}
                <code className="ml-1 font-mono text-[12px] text-faint">{kind}</code>
              </dt>
              <dd className="tabular font-medium">{count}</dd>
            </div>
          ))}
        </dl>
      )}
    </Panel>
  );
}

/** A newer server may know more kinds: those stand under their own names. */
function kindText(kind: string, messages: Messages): string {
  const texts: Readonly<Record<string, string>> = {
    effect: messages.kindEffect,
    timer: messages.kindTimer,
    event: messages.kindEvent,
    child: messages.kindChild,
    send: messages.kindSend,
    command: messages.kindCommand,
    approval: messages.kindApproval,
    resume: messages.kindResume,
    place: messages.kindPlace,
  };
  return texts[kind] ?? '';
}

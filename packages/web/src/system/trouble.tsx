import type { SystemView } from '@millrace/sdk';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMessages } from '../app/preferences.ts';

/** Figures that are zero on a server that is well. */
export function Trouble({ system: { orphans, overdue, inDoubt } }: { readonly system: SystemView }) {
  const messages = useMessages();
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <TroubleFigure label={messages.orphans} text={messages.orphansText} value={orphans.count}>
        <Orphans ids={orphans.ids} count={orphans.count} />
      </TroubleFigure>
      <TroubleFigure label={messages.overdue} text={messages.overdueText} value={overdue} />
      <TroubleFigure label={messages.inDoubt} text={messages.inDoubtText} value={inDoubt} />
    </div>
  );
}

interface TroubleFigureProps {
  readonly label: string;
  readonly text: string;
  readonly value: number;
  readonly children?: ReactNode;
}

function TroubleFigure({ label, text, value, children }: TroubleFigureProps) {
  const bad = value > 0;
  return (
    <section className={`card p-5 ${bad ? '!border-faulted !bg-faulted-soft' : ''}`}>
      <h2 className="text-[13px] text-soft">{label}</h2>
      <p className={`tabular mt-1 text-3xl font-semibold tracking-tight ${bad ? 'text-faulted' : ''}`}>
        {value}
      </p>
      <p className="mt-1 text-[13px] text-pretty text-soft">{text}</p>
      {children}
    </section>
  );
}

const shownMax = 10;

function Orphans({ ids, count }: { readonly ids: readonly string[]; readonly count: number }) {
  if (ids.length === 0) return null;
  const shown = ids.slice(0, shownMax);
  return (
    <ul className="mt-2 grid gap-0.5 font-mono text-[12.5px]">
      {shown.map((id) => (
        <li key={id} className="truncate">
          <Link to="/executions/$id" params={{ id }} className="rounded text-faulted underline">
            {id}
          </Link>
        </li>
      ))}
      {count > shown.length ? <li className="text-soft">+ {count - shown.length}</li> : null}
    </ul>
  );
}

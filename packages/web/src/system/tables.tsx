import type { ReactNode } from 'react';
import { useMessages } from '../app/preferences.ts';
import type { Sample } from '../format/metrics.ts';

/** What the server allows, by the names of its settings. */
export function Limits({ limits }: { readonly limits: Readonly<Record<string, number>> }) {
  const messages = useMessages();
  return (
    <Folded title={messages.limits}>
      {Object.entries(limits).map(([name, value]) => (
        <Row key={name} name={name} value={value} />
      ))}
    </Folded>
  );
}

export function AllFigures({ samples }: { readonly samples: readonly Sample[] }) {
  const messages = useMessages();
  const shown = samples.filter(({ name }) => !name.endsWith('_bucket'));
  return (
    <Folded title={messages.allFigures}>
      {shown.map(({ name, labels, value }) => {
        const named = Object.entries(labels).map(([label, text]) => `${label}=${text}`);
        return <Row key={`${name} ${named.join(' ')}`} name={name} labels={named.join(' ')} value={value} />;
      })}
    </Folded>
  );
}

function Folded({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <details className="card p-5">
      <summary className="rounded font-medium">{title}</summary>
      <table className="mt-4 w-full text-left text-[13px]">
        <tbody>{children}</tbody>
      </table>
    </details>
  );
}

interface RowProps {
  readonly name: string;
  readonly labels?: string;
  readonly value: number;
}

function Row({ name, labels, value }: RowProps) {
  return (
    <tr className="border-t border-line align-top">
      <th scope="row" className="py-1 pr-4 font-mono text-[12px] font-normal [overflow-wrap:anywhere]">
        {name}
        {labels === undefined ? null : <span className="ml-2 text-faint">{labels}</span>}
      </th>
      <td className="tabular py-1 text-right">
        {Number.isInteger(value) ? value.toLocaleString('en').replaceAll(',', ' ') : value.toPrecision(4)}
      </td>
    </tr>
  );
}

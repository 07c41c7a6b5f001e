import type { WorkflowError } from '@millrace/core';
import { useMessages } from '../app/preferences.ts';
import type { Definition } from '../graph/definition.ts';
import type { Run } from '../run/run.ts';
import { SourceView } from '../ui/code.tsx';

export interface FaultNoticeProps {
  readonly run: Run;
  readonly definition: Extract<Definition, { readonly ok: true }> | undefined;
  /** one of the repository's examples */
  readonly example: boolean;
  readonly onShow: (pointer: string | undefined) => void;
}

const linesAround = 3;

/** The fault that ended the execution, with the lines of the definition at which it stands. */
export function FaultNotice({ run, definition, example, onShow }: FaultNoticeProps) {
  const messages = useMessages();
  const { error } = run.state;
  if (error === undefined) return null;
  const line = error.instance === undefined ? undefined : definition?.lineOf(error.instance);
  return (
    <section
      aria-label={messages.error}
      className="mb-5 overflow-hidden rounded-xl border border-faulted/45 bg-faulted-soft"
    >
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 px-4 py-3">
        <div className="min-w-0">
          <ErrorText error={error} />
          {example && isRefused(error) ? (
            <p className="mt-1.5">
              {messages.standInMissing} <code className="font-mono text-[12.5px]">npm run examples</code>
            </p>
          ) : null}
        </div>
        {line === undefined ? null : (
          <button
            type="button"
            onClick={() => onShow(error.instance)}
            className="rounded font-medium text-faulted underline-offset-2 hover:underline"
          >
            {messages.line(line)}
          </button>
        )}
      </div>
      {line === undefined || definition === undefined ? null : (
        <SourceView
          {...excerpt(definition.text, line)}
          faulty={line}
          label={messages.line(line)}
          className="!rounded-none !border-x-0 !border-b-0 !border-faulted/30"
        />
      )}
    </section>
  );
}

/** Nobody listens where an example calls. */
function isRefused({ type, detail = '' }: WorkflowError): boolean {
  return type.endsWith('/errors/communication') && detail.includes('ECONNREFUSED');
}

export function ErrorText({ error }: { readonly error: WorkflowError }) {
  return (
    <div className="min-w-0">
      <p className="font-semibold text-faulted">
        {error.title ?? error.type} <span className="tabular font-normal">· {error.status}</span>
      </p>
      {error.detail === undefined ? null : <p className="mt-0.5 [overflow-wrap:anywhere]">{error.detail}</p>}
      {error.title === undefined ? null : (
        <p className="mt-0.5 font-mono text-[12px] text-soft [overflow-wrap:anywhere]">{error.type}</p>
      )}
    </div>
  );
}

function excerpt(text: string, line: number): { readonly text: string; readonly from: number } {
  const first = Math.max(1, line - linesAround);
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .slice(first - 1, line + linesAround);
  return { text: lines.join('\n'), from: first };
}

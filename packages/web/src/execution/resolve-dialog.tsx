import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api, type Resolution } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ProblemNotice } from '../ui/notice.tsx';
import { readResolution } from './resolution.ts';

export interface ResolveDialogProps {
  readonly execution: string;
  /** version of the `effect.requested` in doubt */
  readonly effect: number;
  /** what was asked of the world, in a line */
  readonly request: string | undefined;
  readonly onClose: () => void;
}

/** Lets a person say what became of an effect in doubt. */
export function ResolveDialog({ execution, effect, request, onClose }: ResolveDialogProps) {
  const messages = useMessages();
  const queries = useQueryClient();
  const [as, setAs] = useState<Resolution['as']>('done');
  const [output, setOutput] = useState('{}');
  const [detail, setDetail] = useState('');
  const [reason, setReason] = useState('');
  const [wrong, setWrong] = useState<string>();
  const resolve = useMutation({
    mutationFn: (resolution: Resolution) => api.resolve(execution, effect, resolution),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ['wake-ups', execution] });
    },
  });
  const choice = (value: Resolution['as'], label: string, text: string, more?: ReactNode) => (
    <div className={`rounded-lg border p-3 ${as === value ? 'border-accent' : 'border-line'}`}>
      <label className="flex items-start gap-2.5">
        <input
          type="radio"
          name="as"
          value={value}
          checked={as === value}
          onChange={() => setAs(value)}
          className="mt-1 accent-accent"
        />
        <span>
          <span className="block font-medium">{label}</span>
          <span className="block text-[13px] text-soft">{text}</span>
        </span>
      </label>
      {as === value && more !== undefined ? <div className="mt-2.5 pl-6">{more}</div> : null}
    </div>
  );
  return (
    <Dialog open onClose={onClose} title={messages.resolveTitle} text={messages.resolveText}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const read = readResolution({ as, output, detail, reason });
          setWrong(read.ok ? undefined : messages.invalidJson(read.problem));
          if (read.ok) resolve.mutate(read.resolution);
        }}
      >
        {request === undefined ? null : (
          <code className="mb-3 block rounded-lg bg-sunken px-3 py-2 font-mono text-[12.5px] [overflow-wrap:anywhere]">
            {request}
          </code>
        )}
        <fieldset className="grid gap-2">
          <legend className="sr-only">{messages.resolveTitle}</legend>
          {choice(
            'done',
            messages.resolveDone,
            messages.resolveDoneText,
            <Area label={messages.resolveOutput} value={output} onChange={setOutput} />,
          )}
          {choice(
            'failed',
            messages.resolveFailed,
            messages.resolveFailedText,
            <Area label={messages.resolveDetail} value={detail} onChange={setDetail} />,
          )}
          {choice('again', messages.resolveAgain, messages.resolveAgainText)}
        </fieldset>
        <label htmlFor="reason" className="mt-4 block font-medium">
          {messages.reason}
        </label>
        <input
          id="reason"
          autoComplete="off"
          maxLength={1_000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          className="field mt-1.5"
        />
        {wrong === undefined ? null : (
          <p role="alert" className="mt-3 text-[13px] text-faulted">
            {wrong}
          </p>
        )}
        {resolve.error === null ? null : (
          <div className="mt-3">
            <ProblemNotice problem={resolve.error} />
          </div>
        )}
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            {messages.back}
          </Button>
          <Button type="submit" look="primary" icon="check" disabled={resolve.isPending}>
            {messages.resolveConfirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface AreaProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Area({ label, value, onChange }: AreaProps) {
  return (
    <label className="block text-[13px]">
      <span className="text-soft">{label}</span>
      <textarea
        rows={3}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="field mt-1 font-mono text-[12.5px]"
      />
    </label>
  );
}

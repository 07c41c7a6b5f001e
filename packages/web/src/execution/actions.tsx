import type { Json, Phase } from '@millrace/core';
import { isTerminal } from '@millrace/core';
import type { ExecutionView } from '@millrace/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Change, type StartFrom } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import { largeOf } from '../run/large-values.ts';
import { Button } from '../ui/button.tsx';
import { ProblemNotice } from '../ui/notice.tsx';
import { ChangeDialog } from './change-dialog.tsx';

export interface ActionsProps {
  readonly execution: ExecutionView;
  readonly phase: Phase;
  /** the definition's text, once it is there: an execution of a text that is not published runs again from it */
  readonly text: string | undefined;
}

/** What can be done to an execution as it stands. */
export function Actions({ execution, phase, text }: ActionsProps) {
  const messages = useMessages();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Change>();
  const go = (id: string) => navigate({ to: '/executions/$id', params: { id } });
  const change = useMutation({
    mutationFn: ({ verb, reason }: { readonly verb: Change; readonly reason: string }) =>
      api.change(execution.id, verb, reason),
    onSuccess: async (answer, { verb }) => {
      setAsked(undefined);
      if (verb === 'retry') return go(answer.id);
      await queries.invalidateQueries({ queryKey: ['execution', execution.id] });
      await queries.invalidateQueries({ queryKey: ['wake-ups', execution.id] });
    },
  });
  const again = useMutation({
    mutationFn: async () => api.start(await startOf(execution, text), await inputOf(execution)),
    onSuccess: ({ id }) => go(id),
  });
  const ask = (verb: Change) => {
    change.reset();
    setAsked(verb);
  };
  return (
    <div className="max-sm:w-full">
      <div className="flex flex-wrap gap-2">
        {phase === 'suspended' ? (
          <Button look="primary" icon="run" onClick={() => ask('resume')}>
            {messages.resumeExecution}
          </Button>
        ) : null}
        {!isTerminal(phase) && phase !== 'suspended' ? (
          <Button icon="pause" onClick={() => ask('suspend')}>
            {messages.suspendExecution}
          </Button>
        ) : null}
        {isTerminal(phase) ? null : (
          <Button look="danger" icon="cross" onClick={() => ask('cancel')}>
            {messages.cancelExecution}
          </Button>
        )}
        {phase === 'faulted' ? (
          <Button look="primary" icon="again" onClick={() => ask('retry')}>
            {messages.retryExecution}
          </Button>
        ) : null}
        {isTerminal(phase) ? (
          <Button icon="run" disabled={again.isPending} onClick={() => again.mutate()}>
            {messages.runAgain}
          </Button>
        ) : null}
      </div>
      {again.error === null ? null : (
        <div className="mt-3 max-w-md">
          <ProblemNotice problem={again.error} />
        </div>
      )}
      {asked === undefined ? null : (
        <ChangeDialog
          verb={asked}
          busy={change.isPending}
          problem={change.error}
          onConfirm={(reason) => change.mutate({ verb: asked, reason })}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}

/** The very text that ran, when what is published under this version is another one or nothing. */
async function startOf(
  { workflow, definition }: ExecutionView,
  text: string | undefined,
): Promise<StartFrom> {
  if (text === undefined) return { workflow };
  const published = await api.workflow(workflow).catch(() => undefined);
  return published?.digest === definition ? { workflow } : { definition: text };
}

async function inputOf({ input = {} }: ExecutionView): Promise<Json> {
  const large = largeOf(input);
  return large === undefined ? input : api.value(large.href);
}

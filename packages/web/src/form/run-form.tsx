import type { Json } from '@millrace/core';
import type { WorkflowId } from '@millrace/sdk';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { api } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import { Button } from '../ui/button.tsx';
import { ProblemNotice } from '../ui/notice.tsx';
import { checkInput, type InputError } from './check-input.ts';
import { fieldOf, initialValue } from './fields.ts';
import { JsonField, SchemaField } from './schema-form.tsx';

export interface RunFormProps {
  readonly workflow: WorkflowId;
  /** of its input; absent: it has none */
  readonly schema: Json | undefined;
}

/** Starts a workflow with an input that is asked for by its schema. */
export function RunForm({ workflow, schema }: RunFormProps) {
  const messages = useMessages();
  const navigate = useNavigate();
  const field = useMemo(() => fieldOf(schema), [schema]);
  const [value, setValue] = useState<Json | undefined>(() => initialValue(field) ?? {});
  const [asJson, setAsJson] = useState(field.type === 'json');
  const [errors, setErrors] = useState<readonly InputError[]>([]);
  const start = useMutation({
    mutationFn: (input: Json) => api.start({ workflow }, input),
    onSuccess: ({ id }) => navigate({ to: '/executions/$id', params: { id } }),
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const found = checkInput(schema, value ?? null);
        setErrors(found);
        if (found.length === 0) start.mutate(value ?? {});
      }}
    >
      {schema === undefined ? <p className="mb-3 text-soft">{messages.noSchema}</p> : null}
      {field.type === 'json' ? null : (
        <div className="mb-4 inline-flex rounded-lg border border-line bg-sunken p-0.5">
          {[false, true].map((json) => (
            <button
              key={String(json)}
              type="button"
              aria-pressed={asJson === json}
              onClick={() => setAsJson(json)}
              className="min-h-8 rounded-md px-3 text-[13px] text-soft aria-pressed:bg-surface aria-pressed:font-medium aria-pressed:text-ink aria-pressed:shadow-card"
            >
              {json ? messages.asJson : messages.asForm}
            </button>
          ))}
        </div>
      )}
      {asJson ? (
        <JsonField
          field={{ ...field, label: '', type: 'json' }}
          value={value}
          onChange={setValue}
          rows={12}
        />
      ) : (
        <SchemaField field={field} value={value} onChange={setValue} />
      )}
      {errors.length === 0 ? null : (
        <ul
          role="alert"
          className="mt-4 grid gap-1 rounded-lg bg-faulted-soft px-4 py-3 text-[13px] text-faulted"
        >
          {errors.map(({ pointer, message }) => (
            <li key={`${pointer} ${message}`}>
              <code className="font-mono">{pointer === '' ? '/' : pointer}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {start.isError ? (
        <div className="mt-4">
          <ProblemNotice problem={start.error} />
        </div>
      ) : null}
      <Button type="submit" look="primary" icon="run" className="mt-5" disabled={start.isPending}>
        {messages.startExecution}
      </Button>
    </form>
  );
}

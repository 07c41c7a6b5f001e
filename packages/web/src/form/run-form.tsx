import type { Json } from '@millrace/core';
import type { WorkflowId } from '@millrace/sdk';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { api } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import { Button } from '../ui/button.tsx';
import { ProblemNotice } from '../ui/notice.tsx';
import { checkInput, type InputError } from './check-input.ts';
import { ErrorSummary } from './error-summary.tsx';
import { FormErrors } from './field-errors.ts';
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
  const form = useRef<HTMLFormElement>(null);
  const [refused, setRefused] = useState(0);
  useLayoutEffect(() => {
    if (refused > 0) focusFirstFault(form.current);
  }, [refused]);
  const change = (next: Json | undefined) => {
    setValue(next);
    if (errors.length > 0) setErrors(stillWrong(errors, checkInput(schema, next ?? null)));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = checkInput(schema, value ?? null);
    setErrors(found);
    // What is not JSON yet is in its field only: the value is still that of before.
    const unread = form.current?.querySelector('[data-not-json]') ?? null;
    if (found.length > 0 || unread !== null) setRefused(refused + 1);
    else start.mutate(value ?? {});
  };
  return (
    <form ref={form} noValidate onSubmit={submit}>
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
      <FormErrors value={errors}>
        {asJson ? (
          <JsonField
            field={{ ...field, label: '', type: 'json' }}
            pointer=""
            value={value}
            onChange={change}
            rows={12}
          />
        ) : (
          <SchemaField field={field} pointer="" value={value} onChange={change} />
        )}
      </FormErrors>
      <ErrorSummary errors={errors} />
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

/** The errors of before that are still there: one who types is not told of new ones. */
function stillWrong(before: readonly InputError[], now: readonly InputError[]): readonly InputError[] {
  const names = new Set(before.map(({ pointer, keyword }) => `${pointer} ${keyword}`));
  return now.filter(({ pointer, keyword }) => names.has(`${pointer} ${keyword}`));
}

function focusFirstFault(form: HTMLFormElement | null): void {
  form
    ?.querySelector<HTMLElement>('[aria-invalid="true"], [data-faulty] :is(input, select, textarea, button)')
    ?.focus();
}

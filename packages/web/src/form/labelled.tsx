import { type ReactNode, useId } from 'react';
import { useMessages } from '../app/preferences.ts';
import { useFieldErrors } from './field-errors.ts';
import type { Field } from './fields.ts';

/** What a control is given, so that its label, help and errors are read with it. */
export interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
  readonly 'aria-required': boolean;
}

export interface LabelledProps {
  readonly field: Field;
  /** JSON pointer of its value */
  readonly pointer: string;
  /** an error that the control itself found */
  readonly problem?: string | undefined;
  readonly children: (control: ControlProps) => ReactNode;
}

/** A label, a help text, the errors, and the control that they belong to. */
export function Labelled({ field, pointer, problem, children }: LabelledProps) {
  const messages = useMessages();
  const id = useId();
  const found = useFieldErrors(pointer, true);
  const errors = problem === undefined ? found : [problem];
  const notes = [
    ...(field.help === undefined ? [] : [`${id}-help`]),
    ...(errors.length === 0 ? [] : [`${id}-errors`]),
  ];
  return (
    <div>
      {field.label === '' ? null : (
        <label htmlFor={id} className="mb-1 block font-medium">
          {field.label}
          {field.required ? <RequiredMark text={messages.required} /> : null}
        </label>
      )}
      {children({
        id,
        'aria-describedby': notes.length === 0 ? undefined : notes.join(' '),
        'aria-invalid': errors.length > 0,
        'aria-required': field.required,
      })}
      <ErrorLines id={`${id}-errors`} errors={errors} />
      {field.help === undefined ? null : (
        <p id={`${id}-help`} className="mt-1 text-[13px] text-soft">
          {field.help}
        </p>
      )}
    </div>
  );
}

/** Fields under one name. */
export function Group({
  field,
  pointer,
  children,
}: Omit<LabelledProps, 'problem' | 'children'> & GroupContent) {
  const messages = useMessages();
  const id = useId();
  const errors = useFieldErrors(pointer, false);
  const lines = <ErrorLines id={id} errors={errors} />;
  if (field.label === '')
    return (
      <div data-faulty={errors.length > 0 ? true : undefined} className="grid gap-4">
        {lines}
        {children}
      </div>
    );
  return (
    <fieldset
      aria-describedby={errors.length === 0 ? undefined : id}
      data-faulty={errors.length > 0 ? true : undefined}
      className="rounded-xl border border-line p-4 pt-2"
    >
      <legend className="px-1 font-medium">
        {field.label}
        {field.required ? <RequiredMark text={messages.required} /> : null}
      </legend>
      {field.help === undefined ? null : <p className="mb-3 text-[13px] text-soft">{field.help}</p>}
      {lines}
      <div className="grid gap-4">{children}</div>
    </fieldset>
  );
}

interface GroupContent {
  readonly children: ReactNode;
}

function RequiredMark({ text }: { readonly text: string }) {
  return <span className="ml-1.5 text-[12px] font-normal text-faint">{text}</span>;
}

function ErrorLines({ id, errors }: { readonly id: string; readonly errors: readonly string[] }) {
  if (errors.length === 0) return null;
  return (
    <p id={id} className="mt-1 text-[13px] whitespace-pre-line text-faulted [overflow-wrap:anywhere]">
      {errors.join('\n')}
    </p>
  );
}

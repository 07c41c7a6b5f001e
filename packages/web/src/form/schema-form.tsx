/** Draws the fields of a form; the value is held by whoever shows it. */
import { isJsonObject, type Json } from '@millrace/core';
import { type ReactNode, useId, useState } from 'react';
import { useMessages } from '../app/preferences.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { type Field, initialValue, withMember } from './fields.ts';

export interface FieldProps {
  readonly field: Field;
  readonly value: Json | undefined;
  readonly onChange: (value: Json | undefined) => void;
}

export function SchemaField(props: FieldProps) {
  const { field, value, onChange } = props;
  switch (field.type) {
    case 'object':
      return (
        <Group field={field}>
          {field.fields.map((member) => (
            <SchemaField
              key={member.name}
              field={member}
              value={isJsonObject(value) ? value[member.name] : undefined}
              onChange={(next) => onChange(withMember(value, member.name, next))}
            />
          ))}
        </Group>
      );
    case 'list':
      return <ListField {...props} field={field} />;
    case 'boolean':
      return <BooleanField {...props} />;
    case 'choice':
      return <ChoiceField {...props} field={field} />;
    case 'number':
      return <NumberField {...props} field={field} />;
    case 'text':
      return <TextField {...props} field={field} />;
    case 'json':
      return <JsonField {...props} />;
  }
}

function Group({ field, children }: { readonly field: Field; readonly children: ReactNode }) {
  const messages = useMessages();
  if (field.label === '') return <div className="grid gap-4">{children}</div>;
  return (
    <fieldset className="rounded-xl border border-line p-4 pt-2">
      <legend className="px-1 font-medium">
        {field.label}
        {field.required ? <RequiredMark text={messages.required} /> : null}
      </legend>
      {field.help === undefined ? null : <p className="mb-3 text-[13px] text-soft">{field.help}</p>}
      <div className="grid gap-4">{children}</div>
    </fieldset>
  );
}

function RequiredMark({ text }: { readonly text: string }) {
  return <span className="ml-1.5 text-[12px] font-normal text-faint">{text}</span>;
}

/** A label, a help text, and the control that they belong to. */
function Labelled({
  field,
  children,
}: {
  readonly field: Field;
  readonly children: (id: string, help: string | undefined) => ReactNode;
}) {
  const messages = useMessages();
  const id = useId();
  const help = field.help === undefined ? undefined : `${id}-help`;
  return (
    <div>
      {field.label === '' ? null : (
        <label htmlFor={id} className="mb-1 block font-medium">
          {field.label}
          {field.required ? <RequiredMark text={messages.required} /> : null}
        </label>
      )}
      {children(id, help)}
      {field.help === undefined ? null : (
        <p id={help} className="mt-1 text-[13px] text-soft">
          {field.help}
        </p>
      )}
    </div>
  );
}

const inputTypes: Readonly<Record<string, string>> = {
  email: 'email',
  uri: 'url',
  date: 'date',
  time: 'text',
};

function TextField({
  field,
  value,
  onChange,
}: FieldProps & { readonly field: Extract<Field, { type: 'text' }> }) {
  const text = typeof value === 'string' ? value : '';
  const change = (next: string) => onChange(next === '' && !field.required ? undefined : next);
  return (
    <Labelled field={field}>
      {(id, help) =>
        field.long ? (
          <textarea
            id={id}
            aria-describedby={help}
            value={text}
            rows={4}
            onChange={(event) => change(event.target.value)}
            className="field"
          />
        ) : (
          <input
            id={id}
            aria-describedby={help}
            type={inputTypes[field.format ?? ''] ?? 'text'}
            value={text}
            onChange={(event) => change(event.target.value)}
            className="field"
          />
        )
      }
    </Labelled>
  );
}

function NumberField({
  field,
  value,
  onChange,
}: FieldProps & { readonly field: Extract<Field, { type: 'number' }> }) {
  return (
    <Labelled field={field}>
      {(id, help) => (
        <input
          id={id}
          aria-describedby={help}
          type="number"
          step={field.integer ? 1 : 'any'}
          {...(field.minimum === undefined ? {} : { min: field.minimum })}
          {...(field.maximum === undefined ? {} : { max: field.maximum })}
          value={typeof value === 'number' ? value : ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.valueAsNumber)}
          className="field tabular"
        />
      )}
    </Labelled>
  );
}

function BooleanField({ field, value, onChange }: FieldProps) {
  const messages = useMessages();
  return (
    <Labelled field={field}>
      {(id, help) => (
        <select
          id={id}
          aria-describedby={help}
          value={value === undefined ? '' : String(value === true)}
          onChange={(event) =>
            onChange(event.target.value === '' ? undefined : event.target.value === 'true')
          }
          className="field"
        >
          {field.required ? null : <option value="">{messages.notSet}</option>}
          <option value="true">{messages.yes}</option>
          <option value="false">{messages.no}</option>
        </select>
      )}
    </Labelled>
  );
}

function ChoiceField({
  field,
  value,
  onChange,
}: FieldProps & { readonly field: Extract<Field, { type: 'choice' }> }) {
  const messages = useMessages();
  const at = field.choices.findIndex((choice) => JSON.stringify(choice) === JSON.stringify(value));
  return (
    <Labelled field={field}>
      {(id, help) => (
        <select
          id={id}
          aria-describedby={help}
          value={at}
          onChange={(event) => onChange(field.choices[Number(event.target.value)])}
          className="field"
        >
          {field.required && at !== -1 ? null : <option value={-1}>{messages.notSet}</option>}
          {field.choices.map((choice, index) => (
            <option key={JSON.stringify(choice)} value={index}>
              {typeof choice === 'string' ? choice : JSON.stringify(choice)}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

function ListField({
  field,
  value,
  onChange,
}: FieldProps & { readonly field: Extract<Field, { type: 'list' }> }) {
  const messages = useMessages();
  const items: readonly Json[] = Array.isArray(value) ? value : [];
  const replace = (at: number, next: Json | undefined) =>
    onChange(items.map((item, index) => (index === at ? (next ?? null) : item)));
  return (
    <Group field={field}>
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item has no other name than its place
        <div key={index} className="flex items-start gap-2 border-l-2 border-line pl-3">
          <div className="min-w-0 flex-1">
            <SchemaField field={field.item} value={item} onChange={(next) => replace(index, next)} />
          </div>
          <IconButton
            icon="cross"
            label={`${messages.removeItem} ${index + 1}`}
            onClick={() => onChange(items.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        icon="plus"
        className="justify-self-start"
        onClick={() => onChange([...items, initialValue(field.item) ?? emptyOf(field.item)])}
      >
        {messages.addItem}
      </Button>
    </Group>
  );
}

function emptyOf(field: Field): Json {
  return field.type === 'text' ? '' : null;
}

/** JSON as text; what is not JSON yet is kept in the field and not handed on. */
export function JsonField({ field, value, onChange, rows = 6 }: FieldProps & { readonly rows?: number }) {
  const messages = useMessages();
  const [text, setText] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  const [problem, setProblem] = useState<string>();
  const change = (next: string) => {
    setText(next);
    if (next.trim() === '' && !field.required) {
      setProblem(undefined);
      return onChange(undefined);
    }
    try {
      onChange(JSON.parse(next) as Json);
      setProblem(undefined);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Labelled field={field}>
      {(id, help) => (
        <>
          <textarea
            id={id}
            aria-label={field.label === '' ? messages.input : undefined}
            aria-describedby={help}
            aria-invalid={problem !== undefined}
            spellCheck={false}
            rows={rows}
            value={text}
            onChange={(event) => change(event.target.value)}
            className="field font-mono text-[12.5px]"
          />
          {problem === undefined ? null : (
            <p role="alert" className="mt-1 text-[13px] text-faulted">
              {messages.invalidJson(problem)}
            </p>
          )}
        </>
      )}
    </Labelled>
  );
}

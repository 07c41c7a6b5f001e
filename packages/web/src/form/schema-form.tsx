/** Draws the fields of a form; the value is held by whoever shows it. */
import { isJsonObject, type Json, pointerTo } from '@millrace/core';
import { useState } from 'react';
import { useMessages } from '../app/preferences.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { type Field, initialValue, withMember } from './fields.ts';
import { Group, Labelled } from './labelled.tsx';

export interface FieldProps {
  readonly field: Field;
  /** JSON pointer of the value */
  readonly pointer: string;
  readonly value: Json | undefined;
  readonly onChange: (value: Json | undefined) => void;
}

export function SchemaField(props: FieldProps) {
  const { field, pointer, value, onChange } = props;
  switch (field.type) {
    case 'object':
      return (
        <Group field={field} pointer={pointer}>
          {field.fields.map((member) => (
            <SchemaField
              key={member.name}
              field={member}
              pointer={pointerTo(pointer, member.name)}
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

const inputTypes: Readonly<Record<string, string>> = {
  email: 'email',
  uri: 'url',
  date: 'date',
  time: 'text',
};

function TextField({
  field,
  pointer,
  value,
  onChange,
}: FieldProps & { readonly field: Extract<Field, { type: 'text' }> }) {
  const text = typeof value === 'string' ? value : '';
  const change = (next: string) => onChange(next === '' && !field.required ? undefined : next);
  return (
    <Labelled field={field} pointer={pointer}>
      {(control) =>
        field.long ? (
          <textarea
            {...control}
            value={text}
            rows={4}
            onChange={(event) => change(event.target.value)}
            className="field"
          />
        ) : (
          <input
            {...control}
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
  pointer,
  value,
  onChange,
}: FieldProps & { readonly field: Extract<Field, { type: 'number' }> }) {
  return (
    <Labelled field={field} pointer={pointer}>
      {(control) => (
        <input
          {...control}
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

function BooleanField({ field, pointer, value, onChange }: FieldProps) {
  const messages = useMessages();
  return (
    <Labelled field={field} pointer={pointer}>
      {(control) => (
        <select
          {...control}
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
  pointer,
  value,
  onChange,
}: FieldProps & { readonly field: Extract<Field, { type: 'choice' }> }) {
  const messages = useMessages();
  const at = field.choices.findIndex((choice) => JSON.stringify(choice) === JSON.stringify(value));
  return (
    <Labelled field={field} pointer={pointer}>
      {(control) => (
        <select
          {...control}
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
  pointer,
  value,
  onChange,
}: FieldProps & { readonly field: Extract<Field, { type: 'list' }> }) {
  const messages = useMessages();
  const items: readonly Json[] = Array.isArray(value) ? value : [];
  const replace = (at: number, next: Json | undefined) =>
    onChange(items.map((item, index) => (index === at ? (next ?? null) : item)));
  return (
    <Group field={field} pointer={pointer}>
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item has no other name than its place
        <div key={index} className="flex items-start gap-2 border-l-2 border-line pl-3">
          <div className="min-w-0 flex-1">
            <SchemaField
              field={field.item}
              pointer={pointerTo(pointer, index)}
              value={item}
              onChange={(next) => replace(index, next)}
            />
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
export function JsonField({
  field,
  pointer,
  value,
  onChange,
  rows = 6,
}: FieldProps & { readonly rows?: number }) {
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
    <Labelled
      field={field}
      pointer={pointer}
      problem={problem === undefined ? undefined : messages.invalidJson(problem)}
    >
      {(control) => (
        <textarea
          {...control}
          aria-label={field.label === '' ? messages.input : undefined}
          data-not-json={problem === undefined ? undefined : true}
          spellCheck={false}
          rows={rows}
          value={text}
          onChange={(event) => change(event.target.value)}
          className="field font-mono text-[12.5px]"
        />
      )}
    </Labelled>
  );
}

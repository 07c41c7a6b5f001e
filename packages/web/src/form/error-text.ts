import type { Json } from '@millrace/core';
import type { Messages } from '../messages/messages.ts';
import type { InputError } from './check-input.ts';

/** What is wrong with an input, in the reader's language; the validator's words where the keyword has none. */
export function errorText({ keyword, limit, message }: InputError, messages: Messages): string {
  const withoutLimit: Readonly<Record<string, string>> = {
    required: messages.wrongRequired,
    additionalProperties: messages.wrongExtra,
    unevaluatedProperties: messages.wrongExtra,
  };
  const plain = withoutLimit[keyword];
  if (plain !== undefined) return plain;
  if (limit === undefined) return message;
  const withLimit: Readonly<Record<string, (limit: string) => string>> = {
    type: messages.wrongType,
    enum: messages.wrongChoice,
    const: messages.wrongConst,
    minimum: messages.wrongMinimum,
    maximum: messages.wrongMaximum,
    exclusiveMinimum: messages.wrongAbove,
    exclusiveMaximum: messages.wrongBelow,
    multipleOf: messages.wrongMultiple,
    minLength: messages.wrongMinLength,
    maxLength: messages.wrongMaxLength,
    pattern: messages.wrongPattern,
    format: messages.wrongFormat,
    minItems: messages.wrongMinItems,
    maxItems: messages.wrongMaxItems,
    uniqueItems: () => messages.wrongUnique,
  };
  return withLimit[keyword]?.(limitText(limit, keyword)) ?? message;
}

function limitText(limit: Json, keyword: string): string {
  if (Array.isArray(limit))
    return limit.map((each) => limitText(each, keyword)).join(keyword === 'type' ? ' / ' : ', ');
  return typeof limit === 'string' ? limit : JSON.stringify(limit);
}

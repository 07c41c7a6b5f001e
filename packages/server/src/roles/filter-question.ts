/**
 * What a filter asks of an event, wherever it stands: filters of a thousand definitions that ask the same are one question, and
 * what is kept for one of them is kept for all. It is part of the names of documents: written anew in another way, it
 * names other ones, and what was kept before is not found.
 */
import { type EventFilter, type Expression, type Template, unreachable } from '@millrace/core';

/** @param scoped names of the variables in scope: what names one is asked of an execution */
export function questionOf(filter: EventFilter, scoped: readonly string[]): string {
  const { with: members, correlate } = filter;
  const patterns = members.map(([name, pattern]) => [name, patternText(pattern)]);
  const values = correlate.map(({ name, from }) => [name, expressionText(from)]);
  return JSON.stringify([patterns, values, scoped]);
}

type Pattern = EventFilter['with'][number][1];
type Text = string | number | boolean | null | readonly Text[] | object;

function patternText(pattern: Pattern): Text {
  switch (pattern.type) {
    case 'equals':
      return ['equals', pattern.value];
    case 'text':
      return [pattern.regex ? 'regex' : 'equals', pattern.value];
    case 'object':
      return ['object', pattern.members.map(([name, member]) => [name, patternText(member)])];
    case 'computed':
      return ['computed', templateText(pattern.value)];
    default:
      return unreachable(pattern);
  }
}

function templateText(template: Template): Text {
  switch (template.type) {
    case 'literal':
      return ['literal', template.value];
    case 'jq':
      return expressionText(template);
    case 'text':
      return ['text', template.parts.map((part) => (typeof part === 'string' ? part : expressionText(part)))];
    case 'array':
      return ['array', template.items.map(templateText)];
    case 'object':
      return ['object', template.members.map(([name, member]) => [name, templateText(member)])];
    default:
      return unreachable(template);
  }
}

function expressionText({ source, otherwise }: Expression): Text {
  return otherwise === undefined ? ['jq', source] : ['jq', source, otherwise];
}

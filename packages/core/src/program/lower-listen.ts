/** A `listen` task, and the strategies of events that `schedule.on` has too. */
import type {
  EventConsumption,
  EventFilter as FilterText,
  ListenTask,
  SubscriptionIterator,
  TaskList,
} from '../language/document.ts';
import { readExpectation } from '../language/expression.ts';
import { foreachVariables } from '../language/scope.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { expressionAt, outlet, templateAt } from './lower-values.ts';
import type { Lowering, Texts } from './lowering.ts';
import { pointerTo } from './pointer.ts';
import type { EventFilter, EventStrategy, ListenNode, Node, Pattern, Template } from './program.ts';
import { mayBeRegex } from './regex-text.ts';

type LowerList = (list: TaskList, pointer: string, lowering: Lowering) => Node[];

export function lowerListen(
  { listen, foreach }: ListenTask,
  pointer: string,
  lowering: Lowering,
  lowerList: LowerList,
): Pick<ListenNode, 'kind' | 'to' | 'until' | 'read' | 'foreach'> {
  return {
    kind: 'listen',
    ...lowerConsumption(listen.to, `${pointer}/listen/to`, lowering),
    read: listen.read ?? 'data',
    ...(foreach === undefined
      ? {}
      : { foreach: lowerForeach(foreach, `${pointer}/foreach`, lowering, lowerList) }),
  };
}

/** The events of a `to` or of a `schedule.on`, and their end. */
export function lowerConsumption(
  source: EventConsumption,
  pointer: string,
  lowering: Texts,
): Pick<ListenNode, 'to' | 'until'> {
  const until = lowerUntil(source, `${pointer}/until`, lowering);
  const to = lowerStrategy(source, pointer, lowering);
  return until === undefined ? { to } : { to, until };
}

function lowerStrategy(source: EventConsumption, pointer: string, lowering: Texts): EventStrategy {
  if ('one' in source) return { type: 'one', filters: [lowerFilter(source.one, `${pointer}/one`, lowering)] };
  const type = 'all' in source ? 'all' : 'any';
  const filters = 'all' in source ? source.all : source.any;
  // "If empty, listens to all incoming events."
  if (type === 'any' && filters.length === 0)
    return { type, filters: [{ pointer: `${pointer}/any`, with: [], correlate: [] }] };
  return {
    type,
    filters: filters.map((filter, index) =>
      lowerFilter(filter, pointerTo(`${pointer}/${type}`, index), lowering),
    ),
  };
}

function lowerUntil(source: EventConsumption, pointer: string, lowering: Texts): ListenNode['until'] {
  const until = 'any' in source ? source.until : undefined;
  if (until === undefined) return undefined;
  if (typeof until === 'string') return { type: 'condition', when: expressionAt(until, pointer) };
  return { type: 'consumed', strategy: lowerStrategy(until, pointer, lowering) };
}

function lowerForeach(
  source: SubscriptionIterator,
  pointer: string,
  lowering: Lowering,
  lowerList: LowerList,
): NonNullable<ListenNode['foreach']> {
  const { item, index } = foreachVariables(source);
  const output = outlet(source.output, `${pointer}/output`, lowering);
  const exported = outlet(source.export, `${pointer}/export`, lowering);
  return {
    each: item,
    at: index,
    tasks: lowerList(source.do ?? [], `${pointer}/do`, lowering),
    ...(output === undefined ? {} : { output }),
    ...(exported === undefined ? {} : { export: exported }),
  };
}

function lowerFilter(source: FilterText, pointer: string, lowering: Texts): EventFilter {
  return {
    pointer,
    with: Object.entries(source.with).map(([name, value]) => [
      name,
      patternAt(value as Json, pointerTo(`${pointer}/with`, name), lowering),
    ]),
    correlate: Object.entries(source.correlate ?? {}).map(([name, { from, expect }]) => {
      const at = pointerTo(`${pointer}/correlate`, name);
      return {
        name,
        from: expressionAt(from, `${at}/from`),
        ...(expect === undefined ? {} : { expect: expectation(expect, `${at}/expect`) }),
      };
    }),
  };
}

/** A text without `${` is never an expression here, in loose mode neither: nearly every type of event would be jq. */
function patternAt(value: Json, at: string, lowering: Texts): Pattern {
  if (typeof value === 'string')
    return value.includes('${')
      ? { type: 'computed', value: templateAt(value, at, lowering) }
      : { type: 'text', value, regex: mayBeRegex(value) };
  if (!isJsonObject(value)) return { type: 'equals', value };
  const members = Object.entries(value).map(
    ([name, member]) => [name, patternAt(member, pointerTo(at, name), lowering)] as const,
  );
  return { type: 'object', members };
}

function expectation(value: Json, at: string): Template {
  if (typeof value !== 'string' || readExpectation(value).type === 'literal')
    return { type: 'literal', value };
  return expressionAt(value, at);
}

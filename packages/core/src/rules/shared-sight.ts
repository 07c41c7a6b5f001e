/**
 * Filters as whoever stands outside of all executions sees them: what depends on the event alone has its answer, and is
 * asked once for an event; what names a variable depends on the execution, which is asked itself.
 */
import { JqBudgetError } from '@millrace/jq';
import { type Json, setMember } from '../model/json.ts';
import { unreachable } from '../model/unreachable.ts';
import type { Executable } from '../program/link.ts';
import type { Expression, Template } from '../program/program.ts';
import { asText } from './evaluate.ts';
import type { Evaluated, FilterSight } from './event-filter.ts';
import type { Limits } from './limits.ts';

export function sharedSight(
  { expression }: Pick<Executable, 'expression'>,
  scoped: readonly string[],
  { expressionStepsMax, expressionDepthMax, valueBytesMax }: Limits,
  now: number,
): FilterSight {
  const budget = { stepsMax: expressionStepsMax, depthMax: expressionDepthMax, sizeMax: valueBytesMax };
  const host = { now: () => now / 1000, budget };
  let steps = 0;
  const jq = (source: Expression, dot: Json): Evaluated => {
    const { filter, used } = expression(source, scoped);
    if (used.length > 0) return { type: 'own' };
    try {
      return { type: 'value', value: filter.first(dot, [], host) ?? null };
    } catch (error) {
      if (source.otherwise === undefined || error instanceof JqBudgetError) throw error;
      return { type: 'value', value: source.otherwise };
    }
  };
  const evaluate = (template: Template, dot: Json): Evaluated => {
    switch (template.type) {
      case 'literal':
        return { type: 'value', value: template.value };
      case 'jq':
        return jq(template, dot);
      case 'text':
        return joined(
          template.parts.map((part) => (typeof part === 'string' ? toValue(part) : jq(part, dot))),
          (values) => values.map(asText).join(''),
        );
      case 'array':
        return joined(
          template.items.map((item) => evaluate(item, dot)),
          (values) => [...values],
        );
      case 'object':
        return joined(
          template.members.map(([, member]) => evaluate(member, dot)),
          (values) => {
            const result: Record<string, Json> = {};
            for (const [index, [name]] of template.members.entries())
              setMember(result, name, values[index] ?? null);
            return result;
          },
        );
      default:
        return unreachable(template);
    }
  };
  return {
    evaluate,
    charge(more) {
      steps += more;
      if (steps > expressionStepsMax)
        throw new Error('the regular expressions of a filter took too many steps');
    },
  };
}

function toValue(value: Json): Evaluated {
  return { type: 'value', value };
}

function joined(parts: readonly Evaluated[], join: (values: readonly Json[]) => Json): Evaluated {
  const values: Json[] = [];
  for (const part of parts) {
    if (part.type === 'own') return part;
    values.push(part.value);
  }
  return toValue(join(values));
}

/**
 * Filters as whoever stands outside of all executions sees them: what depends on the event alone has its answer, and is
 * asked once for an event; what names a variable depends on the execution, which is asked itself.
 */
import { type Json, setMember } from '../model/json.ts';
import { unreachable } from '../model/unreachable.ts';
import type { Executable } from '../program/link.ts';
import type { Expression, Template } from '../program/program.ts';
import { hostOf } from './decision.ts';
import { asText, compiledWith, firstOutput } from './evaluate.ts';
import type { Evaluated, FilterSight } from './event-filter.ts';
import type { Limits } from './limits.ts';

export function sharedSight(
  executable: Pick<Executable, 'expression'>,
  scoped: readonly string[],
  limits: Limits,
  now: number,
): FilterSight {
  const host = hostOf({ now }, limits);
  let steps = 0;
  const jq = (expression: Expression, dot: Json): Evaluated => {
    const compiled = compiledWith(scoped, expression, executable);
    if (compiled === undefined) return toValue(expression.otherwise as string);
    if (compiled.used.length > 0) return { type: 'own' };
    return toValue(firstOutput(compiled, expression, dot, [], { host, limits }));
  };
  const evaluate = (template: Template, dot: Json): Evaluated => {
    switch (template.type) {
      case 'literal':
        return toValue(template.value);
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
      if (steps > limits.expressionStepsMax)
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

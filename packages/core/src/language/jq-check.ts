import { compile, JqSyntaxError } from '@millrace/jq';
import type { ExpressionFault } from './shapes/place.ts';
import { didYouMean } from './suggest.ts';

/** Longest expression in UTF-16 units: what people write is a hundredth of it. */
export const expressionLengthMax = 65_536;

/** Compiles expressions, each text once per scope, and says in one sentence what is wrong with the first place. */
export function expressionChecker(): (
  source: string,
  variables: readonly string[],
) => ExpressionFault | undefined {
  const known = new Map<readonly string[], Map<string, ExpressionFault | undefined>>();
  return (source, variables) => {
    const inScope = known.get(variables) ?? new Map<string, ExpressionFault | undefined>();
    known.set(variables, inScope);
    if (inScope.has(source)) return inScope.get(source);
    const fault = faultOf(source, variables);
    inScope.set(source, fault);
    return fault;
  };
}

function faultOf(source: string, variables: readonly string[]): ExpressionFault | undefined {
  if (source.length > expressionLengthMax) {
    return { offset: 0, message: `an expression may have ${expressionLengthMax} characters at most` };
  }
  if (source.trim() === '') return { offset: 0, message: 'expected a jq expression but found none' };
  try {
    compile(source, { variables });
    return undefined;
  } catch (error) {
    if (!(error instanceof JqSyntaxError)) {
      return {
        offset: 0,
        message: `not a usable jq expression: ${error instanceof Error ? error.message : error}`,
      };
    }
    const offset = Math.min(Math.max(error.offset, 0), source.length);
    // The position that the message ends with is one in the expression; ours is one in the file.
    const message = error.message
      .replace(/ \(line \d+, column \d+\)$/, '')
      .replace('end of file', 'end of the expression');
    return (
      unknownVariable(source, offset, message, variables) ?? {
        offset,
        message: `not a valid jq expression: ${message}${otherLanguage(source, offset)}`,
      }
    );
  }
}

/** What other languages write there, as jq writes it. */
function otherLanguage(source: string, offset: number): string {
  const found = foreign.find(([sign, back]) => source.startsWith(sign, offset - back));
  if (found !== undefined) return `; jq writes ${found[2]}`;
  // `a ? b : c` is an error behind the question mark, which is a sign of jq too.
  return /\?\s*$/.test(source.slice(0, offset)) && source.includes(':', offset)
    ? '; jq writes if … then … else … end'
    : '';
}

const foreign: readonly (readonly [sign: string, back: number, jq: string])[] = [
  ['&&', 0, "'and'"],
  ['||', 0, "'or'"],
  ['||', 1, "'or'"],
  ['===', 2, "'=='"],
  ['!==', 2, "'!='"],
  ["'", 0, 'texts in double quotes'],
  ['!', 0, "'| not' behind it"],
];

function unknownVariable(
  source: string,
  offset: number,
  message: string,
  variables: readonly string[],
): ExpressionFault | undefined {
  const name = /\$([A-Za-z_]\w*) is not defined/.exec(message)?.[1];
  if (name === undefined || variables.includes(name)) return undefined;
  const hint = didYouMean(name, variables, '$');
  const at = source.startsWith(`$${name}`, offset) ? offset : Math.max(0, source.indexOf(`$${name}`));
  return { offset: at, message: `unknown variable $${name}; ${known(variables)}${hint}` };
}

function known(variables: readonly string[]): string {
  if (variables.length === 0) return 'none is known here';
  return `known here are ${variables.map((each) => `$${each}`).join(', ')}`;
}

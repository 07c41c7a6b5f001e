/**
 * The arguments of a deed, evaluated for the record. An expression that names `$secrets`, or the credentials of
 * `$authorization`, is not evaluated here: the record gets its text and the values it uses, and the executor
 * computes it at the moment of the deed. So no secret is ever written down.
 */
import { secretNames } from '../../language/secret-names.ts';
import type { SecretArgument } from '../../model/effects.ts';
import { type Json, setMember } from '../../model/json.ts';
import { unreachable } from '../../model/unreachable.ts';
import type { CompiledExpression } from '../../program/link.ts';
import { pointerTo } from '../../program/pointer.ts';
import type { Expression, Template } from '../../program/program.ts';
import {
  asText,
  compiledAt,
  evaluateExpression,
  isAuthenticated,
  type Place,
  requiredText,
  variable,
} from '../evaluate.ts';
import { standardFault } from '../fault.ts';
import { Room } from '../room.ts';

export class Arguments {
  readonly place: Place;
  readonly input: Json;
  readonly secrets: SecretArgument[] = [];
  /** of all of them together */
  readonly #room: Room;

  constructor(place: Place, input: Json) {
    this.place = place;
    this.input = input;
    this.#room = new Room(place.decision.limits.valueBytesMax);
  }

  /** The value that stands at `at` in the request; `null` where a secret will stand. */
  value(template: Template, at: string): Json {
    switch (template.type) {
      case 'literal':
        return template.value;
      case 'jq':
        return this.#isSecret(template, at) ? this.#defer([template], at) : this.#computed(template);
      case 'text':
        return this.#text(template.parts, at);
      case 'array':
        return template.items.map((item, index) => this.value(item, pointerTo(at, index)));
      case 'object': {
        const result: Record<string, Json> = {};
        for (const [name, member] of template.members)
          setMember(result, name, this.value(member, pointerTo(at, name)));
        return result;
      }
      default:
        return unreachable(template);
    }
  }

  /** The text that has to stand at `at`; where a secret will stand, what holds its place. */
  text(template: Template, at: string): string {
    const before = this.secrets.length;
    const value = this.value(template, at);
    return this.secrets.length > before
      ? asText(value)
      : requiredText(value, at.slice(1).replaceAll('/', '.'));
  }

  #text(parts: readonly (string | Expression)[], at: string): Json {
    if (parts.some((part) => typeof part !== 'string' && this.#isSecret(part, at)))
      return this.#defer(parts, at);
    return parts.map((part) => (typeof part === 'string' ? part : asText(this.#computed(part)))).join('');
  }

  #computed(expression: Expression): Json {
    return this.#room.take(evaluateExpression(expression, this.input, this.place), expression.source);
  }

  #isSecret(expression: Expression, at: string): boolean {
    const compiled = compiledAt(expression, this.place);
    if (compiled === undefined) return false;
    if (!compiled.usesAuthorization || !isAuthenticated(this.place)) return compiled.usesSecrets;
    if (!isAuthentication(at)) return true;
    throw standardFault(
      'authorization',
      `\`$authorization\` cannot be used in the credentials that it is made of`,
    );
  }

  /** What does not name its secrets is left to the executor, which reads none for it. */
  #requireDeclared({ source }: Expression): void {
    const { secrets } = this.place.decision.executable.program;
    const missing = secretNames(source)?.find((name) => !secrets.includes(name));
    if (missing === undefined) return;
    throw standardFault(
      'authorization',
      `\`use.secrets\` does not name the secret "${missing}": ${source.trim()}`,
    );
  }

  /** What uses no secret is computed for the record all the same: in mode `loose` it stands for itself when it fails. */
  #defer(parts: readonly (string | Expression)[], at: string): null {
    const variables: Record<string, Json> = {};
    let readsInput = false;
    const recorded = parts.map((part) => {
      if (typeof part === 'string') return part;
      if (!this.#isSecret(part, at)) return asText(this.#computed(part));
      const { filter } = compiledAt(part, this.place) as CompiledExpression;
      this.#requireDeclared(part);
      readsInput ||= filter.readsInput;
      for (const name of filter.uses) if (!keptBack.has(name)) variables[name] = variable(name, this.place);
      return { jq: part.source };
    });
    this.secrets.push({ at, parts: recorded, input: readsInput ? this.input : null, variables });
    return null;
  }
}

/** What no record holds: the executor binds it. */
const keptBack: ReadonlySet<string> = new Set(['secrets', 'authorization']);

function isAuthentication(at: string): boolean {
  return at.startsWith('/authentication/') || at.startsWith('/document/');
}

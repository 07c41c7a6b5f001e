import type { KeywordSite, Slot } from './compiler.ts';
import { expectArray, refuse } from './expect.ts';
import type { Keyword } from './keywords.ts';
import { type Check, Evaluated, type Run } from './run.ts';
import { count, own, pointerToken } from './values.ts';

export const logicKeywords: readonly Keyword[] = [
  { name: 'allOf', on: 'any', compile: allOf },
  { name: 'anyOf', on: 'any', compile: anyOf },
  { name: 'oneOf', on: 'any', compile: oneOf },
  { name: 'not', on: 'any', compile: not },
  { name: 'if', on: 'any', compile: conditional },
];

/** Tries one of several schemas. What it evaluated counts only if it holds. */
function holds(slot: Slot, value: unknown, run: Run, evaluated: Evaluated | null): boolean {
  const branch = evaluated === null ? null : new Evaluated();
  const ok = run.alternatively(slot.check, value, branch);
  if (ok && branch !== null) evaluated?.merge(branch);
  return ok;
}

function alternatives(site: KeywordSite): readonly Slot[] {
  const schemas = expectArray(site);
  if (schemas.length === 0) refuse(site, 'an array of at least one schema');
  return schemas.map((schema, i) => site.compiler.child(site, schema, i));
}

function allOf(site: KeywordSite): Check {
  const slots = alternatives(site);
  return (value, run, evaluated) => {
    let ok = true;
    for (const slot of slots) {
      if (slot.check(value, run, evaluated)) continue;
      ok = false;
      if (run.failsFast) return false;
    }
    return ok;
  };
}

function anyOf(site: KeywordSite): Check {
  const slots = alternatives(site);
  return (value, run, evaluated) => {
    let ok = false;
    const before = run.beginChoice();
    for (const slot of slots) {
      if (!holds(slot, value, run, evaluated)) continue;
      ok = true;
      // Every alternative that holds adds to what is evaluated.
      if (evaluated === null) break;
    }
    if (ok) return run.settleChoice(before);
    return slots.length === 1
      ? onlyAlternative(slots, value, run)
      : run.fail(
          site,
          () => `Expected a match for at least one of ${count(slots.length, 'alternative')}, found none.`,
        );
  };
}

/** With one alternative its own errors say more than that it does not match. */
function onlyAlternative(slots: readonly Slot[], value: unknown, run: Run): boolean {
  return slots.every((slot) => slot.check(value, run, null));
}

function oneOf(site: KeywordSite): Check {
  const slots = alternatives(site);
  return (value, run, evaluated) => {
    const matches: number[] = [];
    const before = run.beginChoice();
    slots.forEach((slot, i) => {
      if (matches.length < 2 && holds(slot, value, run, evaluated)) matches.push(i);
    });
    if (matches.length === 1) return run.settleChoice(before);
    if (matches.length === 0 && slots.length === 1) return onlyAlternative(slots, value, run);
    const expected = `Expected a match for exactly one of ${count(slots.length, 'alternative')}`;
    if (matches.length === 0) return run.failChoice(site, () => `${expected}, found none.`);
    return run.fail(site, () => `${expected}, found both number ${matches.map((i) => i + 1).join(' and ')}.`);
  };
}

function not(site: KeywordSite): Check {
  const slot = site.compiler.child(site, site.value);
  return (value, run) => {
    // What a negated schema evaluated is dropped, but its own unevaluated keywords may need it: they keep their own.
    if (!run.neutrally(slot.check, value, null)) return true;
    return run.fail(site, () => 'Expected no match for the schema of not, found one.');
  };
}

function conditional(site: KeywordSite): Check {
  const condition = site.compiler.child(site, site.value);
  const positive = consequence(site, 'then');
  const negative = consequence(site, 'else');
  return (value, run, evaluated) => {
    const branch = evaluated === null ? null : new Evaluated();
    const isMet = run.neutrally(condition.check, value, branch);
    if (isMet && branch !== null) evaluated?.merge(branch);
    const next = isMet ? positive : negative;
    return next === null || next.check(value, run, evaluated);
  };
}

function consequence(site: KeywordSite, keyword: 'then' | 'else'): Slot | null {
  const schema = own(site.schema, keyword);
  if (schema === undefined) return null;
  const pointer = site.pointer.slice(0, -pointerToken(site.keyword).length) + pointerToken(keyword);
  return site.compiler.child({ ...site, keyword, pointer }, schema);
}

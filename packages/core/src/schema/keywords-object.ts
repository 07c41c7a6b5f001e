import type { KeywordSite, Slot } from './compiler.ts';
import { expectCount, expectFields, expectNames, expectPattern, type Pattern, refuse } from './expect.ts';
import type { Keyword } from './keywords.ts';
import type { Check, Run } from './run.ts';
import { count, describe, type Fields, isFields, own } from './values.ts';

export const objectKeywords: readonly Keyword[] = [
  { name: 'required', on: 'object', compile: required },
  { name: 'minProperties', on: 'object', compile: minProperties },
  { name: 'maxProperties', on: 'object', compile: maxProperties },
  { name: 'propertyNames', on: 'object', compile: propertyNames },
  { name: 'properties', on: 'object', compile: properties },
  { name: 'patternProperties', on: 'object', compile: patternProperties },
  { name: 'additionalProperties', on: 'object', compile: additionalProperties },
  { name: 'dependentRequired', on: 'object', compile: dependencies },
  { name: 'dependentSchemas', on: 'object', compile: dependencies },
  { name: 'dependencies', on: 'object', compile: dependencies },
];

export const unevaluatedProperties: Keyword = {
  name: 'unevaluatedProperties',
  on: 'object',
  isLast: true,
  compile: unevaluated,
};

function required(site: KeywordSite): Check {
  const names = expectNames(site, site.value);
  return (value, run) => hasAll(site, names, value as Fields, run, 'Expected');
}

function hasAll(
  site: KeywordSite,
  names: readonly string[],
  value: Fields,
  run: Run,
  words: string,
): boolean {
  let ok = true;
  for (const name of names) {
    if (Object.hasOwn(value, name)) continue;
    ok = run.fail(site, () => `${words} the property ${JSON.stringify(name)}, found none.`);
    if (run.failsFast) return false;
  }
  run.step(names.length >> 3);
  return ok;
}

/** Listing the keys takes time as well, however little is done with them. */
function keysOf(value: unknown, run: Run): readonly string[] {
  const keys = Object.keys(value as Fields);
  run.step(keys.length >> 3);
  return keys;
}

function minProperties(site: KeywordSite): Check {
  const min = expectCount(site);
  return (value, run) => {
    const size = keysOf(value, run).length;
    return (
      size >= min ||
      run.fail(site, () => `Expected at least ${count(min, 'property', 'properties')}, found ${size}.`)
    );
  };
}

function maxProperties(site: KeywordSite): Check {
  const max = expectCount(site);
  return (value, run) => {
    const size = keysOf(value, run).length;
    return (
      size <= max ||
      run.fail(site, () => `Expected at most ${count(max, 'property', 'properties')}, found ${size}.`)
    );
  };
}

function propertyNames(site: KeywordSite): Check {
  const slot = site.compiler.child(site, site.value);
  return (value, run) => {
    let ok = true;
    for (const key of keysOf(value, run)) {
      if (run.inside(key, slot.check, key)) continue;
      ok = false;
      if (run.failsFast) return false;
    }
    return ok;
  };
}

function properties(site: KeywordSite): Check {
  const fields = expectFields(site);
  const members = Object.keys(fields).map(
    (key) => [key, site.compiler.child(site, fields[key], key)] as const,
  );
  return (value, run, evaluated) => {
    let ok = true;
    run.step(members.length >> 3);
    for (const [key, slot] of members) {
      if (!Object.hasOwn(value as Fields, key)) continue;
      evaluated?.properties.add(key);
      if (run.inside(key, slot.check, (value as Fields)[key])) continue;
      ok = false;
      if (run.failsFast) return false;
    }
    return ok;
  };
}

function patternProperties(site: KeywordSite): Check {
  const fields = expectFields(site);
  const members = Object.keys(fields).map(
    (source) =>
      [expectPattern(site, source, source), site.compiler.child(site, fields[source], source)] as const,
  );
  return (value, run, evaluated) => {
    let ok = true;
    for (const key of keysOf(value, run)) {
      for (const [pattern, slot] of members) {
        if (!pattern.test(key, run)) continue;
        evaluated?.properties.add(key);
        if (run.inside(key, slot.check, (value as Fields)[key])) continue;
        ok = false;
        if (run.failsFast) return false;
      }
    }
    return ok;
  };
}

function additionalProperties(site: KeywordSite): Check {
  const slot = site.compiler.child(site, site.value);
  const declared = own(site.schema, 'properties');
  const names = new Set(isFields(declared) ? Object.keys(declared) : []);
  const patterned = own(site.schema, 'patternProperties');
  const patterns = isFields(patterned)
    ? Object.keys(patterned).map((source) => siblingPattern(site, source))
    : [];
  return (value, run, evaluated) =>
    eachKey(site, slot, value as Fields, run, (key) => {
      if (names.has(key) || patterns.some((pattern) => pattern.test(key, run))) return true;
      evaluated?.properties.add(key);
      return false;
    });
}

/** The pattern was checked where it stands; an ill-formed one is an error of patternProperties. */
function siblingPattern(site: KeywordSite, source: string): Pattern {
  const pointer = site.pointer.replace(/additionalProperties$/, 'patternProperties');
  return expectPattern({ ...site, keyword: 'patternProperties', pointer }, source, source);
}

function unevaluated(site: KeywordSite): Check {
  const slot = site.compiler.child(site, site.value);
  return (value, run, evaluated) =>
    !isFields(value) ||
    eachKey(site, slot, value, run, (key) => {
      if (evaluated === null || evaluated.properties.has(key)) return true;
      evaluated.properties.add(key);
      return false;
    });
}

/** Checks the properties that are not passed over. Where none is allowed, the message says so by name. */
function eachKey(
  site: KeywordSite,
  slot: Slot,
  value: Fields,
  run: Run,
  isPassed: (key: string) => boolean,
): boolean {
  let ok = true;
  for (const key of keysOf(value, run)) {
    run.step(1);
    if (isPassed(key)) continue;
    const isAllowed =
      site.value === false
        ? run.fail(
            site,
            () => `Expected no property ${JSON.stringify(key)}, found ${describe(value[key])}.`,
            key,
          )
        : run.inside(key, slot.check, value[key]);
    if (isAllowed) continue;
    ok = false;
    if (run.failsFast) return false;
  }
  return ok;
}

/** A property that requires others (an array of names) or a schema for the whole object. */
function dependencies(site: KeywordSite): Check {
  const fields = expectFields(site);
  const rules = Object.keys(fields).map((key) => [key, dependency(site, key, fields[key])] as const);
  return (value, run, evaluated) => {
    let ok = true;
    for (const [key, check] of rules) {
      if (!Object.hasOwn(value as Fields, key) || check(value, run, evaluated)) continue;
      ok = false;
      if (run.failsFast) return false;
    }
    return ok;
  };
}

function dependency(site: KeywordSite, key: string, rule: unknown): Check {
  const mustBeNames = site.keyword === 'dependentRequired';
  const mustBeSchema = site.keyword === 'dependentSchemas';
  if (mustBeNames || (Array.isArray(rule) && !mustBeSchema)) {
    const names = expectNames(site, rule, key);
    return (value, run) =>
      hasAll(site, names, value as Fields, run, `Expected beside ${JSON.stringify(key)}`);
  }
  if (!isFields(rule) && typeof rule !== 'boolean') return refuse(site, 'an object of schemas', key);
  const slot = site.compiler.child(site, rule, key);
  return (value, run, evaluated) => slot.check(value, run, evaluated);
}

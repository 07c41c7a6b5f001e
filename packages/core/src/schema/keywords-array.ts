import type { KeywordSite, Slot } from './compiler.ts';
import { ValueSet } from './equality.ts';
import { expectArray, expectBoolean, expectCount, refuse } from './expect.ts';
import type { Keyword } from './keywords.ts';
import type { Check, Run } from './run.ts';
import { count, own } from './values.ts';

export const arrayKeywords: readonly Keyword[] = [
  { name: 'minItems', on: 'array', compile: minItems },
  { name: 'maxItems', on: 'array', compile: maxItems },
  { name: 'uniqueItems', on: 'array', compile: uniqueItems },
  { name: 'prefixItems', on: 'array', compile: prefixItems },
  { name: 'items', on: 'array', compile: items },
  { name: 'additionalItems', on: 'array', compile: additionalItems },
  { name: 'contains', on: 'array', compile: contains },
];

export const unevaluatedItems: Keyword = {
  name: 'unevaluatedItems',
  on: 'array',
  isLast: true,
  compile: unevaluated,
};

function minItems(site: KeywordSite): Check {
  const min = expectCount(site);
  return (value, run) => {
    const { length } = value as readonly unknown[];
    return length >= min || run.fail(site, () => `Expected at least ${count(min, 'item')}, found ${length}.`);
  };
}

function maxItems(site: KeywordSite): Check {
  const max = expectCount(site);
  return (value, run) => {
    const { length } = value as readonly unknown[];
    return length <= max || run.fail(site, () => `Expected at most ${count(max, 'item')}, found ${length}.`);
  };
}

function uniqueItems(site: KeywordSite): Check | null {
  if (!expectBoolean(site)) return null;
  return (value, run) => {
    const seen = new ValueSet();
    let index = 0;
    for (const item of value as readonly unknown[]) {
      run.step(1);
      const at = index++;
      if (!seen.add(item, run))
        return run.fail(site, () => `Expected items that differ, found number ${at + 1} twice.`, at);
    }
    return true;
  };
}

function prefixItems(site: KeywordSite): Check {
  const schemas = expectArray(site);
  if (schemas.length === 0) refuse(site, 'an array of at least one schema');
  return tuple(schemas.map((schema, i) => site.compiler.child(site, schema, i)));
}

/** One schema per item, from the first on. */
function tuple(slots: readonly Slot[]): Check {
  return (value, run, evaluated) => {
    const list = value as readonly unknown[];
    const length = Math.min(list.length, slots.length);
    if (evaluated !== null) evaluated.itemsBefore = Math.max(evaluated.itemsBefore, length);
    let ok = true;
    for (let i = 0; i < length; i++) {
      const slot = slots[i];
      if (slot === undefined || run.inside(i, slot.check, list[i])) continue;
      ok = false;
      if (run.failsFast) return false;
    }
    return ok;
  };
}

/** In 2020-12 the items after those of prefixItems; before it all items, or an array of schemas for the first. */
function items(site: KeywordSite): Check {
  if (site.resource.dialect.name === '2020-12') {
    const prefix = own(site.schema, 'prefixItems');
    return rest(site, Array.isArray(prefix) ? prefix.length : 0);
  }
  if (!Array.isArray(site.value)) return rest(site, 0);
  return tuple(site.value.map((schema, i) => site.compiler.child(site, schema, i)));
}

function additionalItems(site: KeywordSite): Check | null {
  const first = own(site.schema, 'items');
  return Array.isArray(first) ? rest(site, first.length) : null;
}

function rest(site: KeywordSite, from: number): Check {
  const slot = site.compiler.child(site, site.value);
  return (value, run, evaluated) => {
    const list = value as readonly unknown[];
    if (evaluated !== null) evaluated.itemsBefore = list.length;
    let ok = true;
    for (let i = from; i < list.length; i++) {
      if (isItemAllowed(site, slot, list, i, run)) continue;
      ok = false;
      if (run.failsFast) return false;
    }
    return ok;
  };
}

/** Where no item is allowed, the message says so. */
function isItemAllowed(
  site: KeywordSite,
  slot: Slot,
  list: readonly unknown[],
  i: number,
  run: Run,
): boolean {
  if (site.value !== false) return run.inside(i, slot.check, list[i]);
  return run.fail(site, () => `Expected no item number ${i + 1}, found ${list.length} items.`, i);
}

/** minContains and maxContains are about contains only, so they are read with it. */
function contains(site: KeywordSite): Check {
  const slot = site.compiler.child(site, site.value);
  const { min, max } = containedCounts(site);
  const { containsEvaluates } = site.resource.dialect;
  return (value, run, evaluated) => {
    let matches = 0;
    (value as readonly unknown[]).forEach((item, i) => {
      if (!run.neutrally(slot.check, item, null)) return;
      matches++;
      if (containsEvaluates) evaluated?.items.add(i);
    });
    if (matches >= min && matches <= max) return true;
    const bound = matches < min ? `at least ${min}` : `at most ${max}`;
    return run.fail(site, () => `Expected ${bound} of the items to match contains, found ${matches}.`);
  };
}

function containedCounts(site: KeywordSite): { readonly min: number; readonly max: number } {
  const { name } = site.resource.dialect;
  const isKnown = name === '2019-09' || name === '2020-12';
  const read = (keyword: string, otherwise: number): number => {
    const value = own(site.schema, keyword);
    if (value === undefined || !isKnown || !site.resource.dialect.keywords.has('minItems')) return otherwise;
    const pointer = site.pointer.replace(/contains$/, keyword);
    return expectCount({ ...site, keyword, value, pointer });
  };
  return { min: read('minContains', 1), max: read('maxContains', Infinity) };
}

function unevaluated(site: KeywordSite): Check {
  const slot = site.compiler.child(site, site.value);
  return (value, run, evaluated) => {
    if (!Array.isArray(value)) return true;
    const list: readonly unknown[] = value;
    let ok = true;
    for (let i = 0; i < list.length; i++) {
      run.step(1);
      if (evaluated === null || evaluated.hasItem(i) || isItemAllowed(site, slot, list, i, run)) continue;
      ok = false;
      if (run.failsFast) return false;
    }
    if (evaluated !== null) evaluated.itemsBefore = list.length;
    return ok;
  };
}

import type { KeywordSite } from './compiler.ts';
import { expectFields, expectString } from './expect.ts';
import type { Keyword } from './keywords.ts';
import { RECURSIVE_ANCHOR } from './registry.ts';
import type { Check } from './run.ts';
import { splitFragment } from './uri.ts';

export const referenceKeywords: readonly Keyword[] = [
  { name: '$ref', on: 'any', compile: reference },
  { name: '$dynamicRef', on: 'any', compile: dynamicReference },
  { name: '$recursiveRef', on: 'any', compile: recursiveReference },
  { name: '$defs', on: 'any', compile: definitions },
  { name: 'definitions', on: 'any', compile: definitions },
];

function reference(site: KeywordSite): Check {
  const slot = site.compiler.slot(
    site.compiler.registry.resolve(expectString(site), site.resource, site.pointer),
  );
  return (value, run, evaluated) => slot.check(value, run, evaluated);
}

/** A reference to a `$dynamicAnchor` means the one of that name in the outermost resource on the way here. */
function dynamicReference(site: KeywordSite): Check {
  const target = expectString(site);
  const located = site.compiler.registry.resolve(target, site.resource, site.pointer);
  const name = splitFragment(target)?.fragment ?? '';
  if (located.resource.dynamicAnchors.get(name)?.schema !== located.schema) return reference(site);
  return throughScope(site, name, reference(site));
}

function recursiveReference(site: KeywordSite): Check {
  const located = site.compiler.registry.resolve(expectString(site), site.resource, site.pointer);
  if (!located.resource.dynamicAnchors.has(RECURSIVE_ANCHOR)) return reference(site);
  return throughScope(site, RECURSIVE_ANCHOR, reference(site));
}

function throughScope(site: KeywordSite, name: string, otherwise: Check): Check {
  const targets = site.compiler.dynamicTargets(name);
  return (value, run, evaluated) => {
    for (const resource of run.scope) {
      const slot = targets.get(resource);
      if (slot !== undefined) return slot.check(value, run, evaluated);
    }
    return otherwise(value, run, evaluated);
  };
}

/** Nothing to check in a value; but what is ill-formed in a definition is found, whether or not it is referred to. */
function definitions(site: KeywordSite): null {
  const fields = expectFields(site);
  for (const key of Object.keys(fields)) site.compiler.child(site, fields[key], key);
  return null;
}

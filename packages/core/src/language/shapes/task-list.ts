import { isJsonObject } from '../../model/json.ts';
import { directives } from './flow.ts';
import { type Check, child, describe, type Place, report, type Targets, withTargets } from './place.ts';
import { namedEntry } from './shape.ts';
import { task } from './task.ts';

/** A list of named tasks, whose `then` may name each other. */
export const taskList: Check = (value, place) => {
  checkTasks(value, place, (names) => ({ type: 'list', names }));
};

/** Branches run side by side: none can go to another. */
export const branchList: Check = (value, place) => {
  checkTasks(value, place, () => ({ type: 'branch' }));
};

function checkTasks(
  value: Parameters<Check>[0],
  place: Place,
  targetsOf: (names: ReadonlySet<string>) => Targets,
): void {
  if (!Array.isArray(value)) {
    report(place, `expected tasks (a list of '- name: …') but found ${describe(value)}`);
    return;
  }
  const inner = withTargets(place, targetsOf(namesIn(value)));
  const seen = new Set<string>();
  for (const [index, entry] of value.entries()) {
    const at = child(inner, index);
    const named = namedEntry('a task', entry, at);
    if (named === undefined) continue;
    const [name, content] = named;
    checkName(name, seen, child(at, name));
    task(content, child(at, name));
  }
}

function namesIn(list: readonly unknown[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const entry of list) if (isJsonObject(entry)) for (const name of Object.keys(entry)) names.add(name);
  return names;
}

function checkName(name: string, seen: Set<string>, place: Place): void {
  if (name.trim() === '')
    report(place, 'expected a name for the task but found an empty text', { type: 'key' });
  else if (directives.includes(name)) {
    report(place, `a task cannot be named '${name}', since 'then: ${name}' is a flow directive`, {
      type: 'key',
    });
  } else if (seen.has(name)) {
    report(place, `the task '${name}' is defined twice in the same list`, { type: 'key' });
  }
  seen.add(name);
}

import { charge } from '../meter.ts';
import { deleteIndices, index, setIndex } from './access.ts';
import { isArray, isObject, type Json, kindOf } from './json.ts';
import { compare, equals } from './order.ts';
import { fail } from './print.ts';

/** jq follows no longer paths. */
const PATH_LENGTH_MAX = 10_000;

export function getPath(root: Json, path: Json): Json {
  const keys = pathKeys(path);
  let value = root;
  for (const key of keys) {
    charge(1);
    value = index(value, key);
  }
  return value;
}

/** `root` with `value` at `path`; see `setIndex` for `owned`. */
export function setPath(root: Json, path: Json, value: Json, owned?: Set<Json>): Json {
  const keys = pathKeys(path);
  if (keys.length === 0) return value;
  if (keys.length === 1) return setIndex(root, keys[0] as Json, value, owned);
  const containers: Json[] = [root];
  for (let i = 0; i < keys.length - 1; i++) {
    charge(1);
    const key = keys[i] as Json;
    const container = containers[i] as Json;
    const inner = index(container, key);
    checkWritable(container, key);
    containers.push(inner);
  }
  let result = value;
  for (let i = keys.length - 1; i >= 0; i--) {
    result = setIndex(containers[i] as Json, keys[i] as Json, result, owned);
  }
  return result;
}

/** An outer step that cannot be written is reported before an inner one. */
function checkWritable(container: Json, key: Json): void {
  if (typeof key === 'string' && (container === null || isObject(container))) return;
  if (typeof key === 'number' && (container === null || isArray(container))) {
    const length = container === null ? 0 : container.length;
    if (key < 0 && Math.trunc(key) + length < 0) fail('Out of bounds negative array index');
    return;
  }
  if (isObject(key)) return;
  fail(`Cannot update field at ${kindOf(key)} index of ${kindOf(container)}`);
}

export function deletePaths(root: Json, paths: Json): Json {
  if (!isArray(paths)) return fail('Paths must be specified as an array');
  const sorted = [...paths].sort(compare) as Json[][];
  for (const path of sorted) {
    if (!isArray(path)) return fail(`Path must be specified as array, not ${kindOf(path)}`);
    if (path.length > PATH_LENGTH_MAX) return fail('Path too deep');
  }
  if (sorted.length === 0) return root;
  return sorted[0]?.length === 0 ? null : deleteSorted(root, sorted, 0);
}

/** The paths share their first `depth` keys, which lead to `value`. */
function deleteSorted(value: Json, paths: readonly Json[][], depth: number): Json {
  const whole: Json[] = [];
  let result = value;
  for (let i = 0; i < paths.length; ) {
    const path = paths[i] as Json[];
    const key = path[depth] as Json;
    let j = i + 1;
    while (j < paths.length && equals(key, (paths[j] as Json[])[depth] as Json)) j++;
    charge(j - i);
    if (path.length === depth + 1) {
      whole.push(key);
    } else {
      const inner = index(result, key);
      if (inner !== null) result = setIndex(result, key, deleteSorted(inner, paths.slice(i, j), depth + 1));
    }
    i = j;
  }
  return deleteIndices(result, whole);
}

function pathKeys(path: Json): readonly Json[] {
  if (!isArray(path)) return fail('Path must be specified as an array');
  if (path.length > PATH_LENGTH_MAX) return fail('Path too deep');
  return path;
}

import { eachPath } from '../compile/access.ts';
import { type Code, GO, isIntact, manyCode, oneCode, type Path, pathToArray } from '../compile/code.ts';
import { eachTargetPath } from '../compile/update.ts';
import { charge, chargeContainer } from '../meter.ts';
import { isArray, isTruthy, type Json } from '../values/json.ts';
import { deletePaths, getPath, setPath } from '../values/paths.ts';
import { excerpt, fail } from '../values/print.ts';
import { type Builtins, valued } from './define.ts';

/** Builtins that take or give paths. */
export const PATHS: Builtins = {
  'path/1': (target) => pathOf(target as Code),
  'getpath/1': (path) => getpath(path as Code),
  'setpath/2': valued((input, path, value) => setPath(input, path as Json, value as Json)),
  'delpaths/1': valued((input, paths) => deletePaths(input, paths as Json)),
  'del/1': (target) =>
    oneCode((env, input) => {
      const paths: Json[] = [];
      eachTargetPath(target as Code, env, input, (path) => {
        chargeContainer(path.length);
        paths.push(path);
      });
      return deletePaths(input, paths);
    }),
  'paths/0': () => pathsWhere(undefined),
  'paths/1': (filter) => pathsWhere(filter),
  'leaf_paths/0': () => pathsWhere(oneCode((_env, value) => typeof value !== 'object' || value === null)),
  'pick/1': (target) =>
    oneCode((env, input) => {
      let result: Json = null;
      const owned = new Set<Json>();
      eachTargetPath(target as Code, env, input, (path) => {
        result = setPath(result, path, getPath(input, path), owned);
      });
      return result;
    }),
};

function pathOf(target: Code): Code {
  return manyCode((env, input, emit) =>
    target.paths(env, null, input, input, (path, at, value) => {
      if (!isIntact(at, value)) return fail(`Invalid path expression with result ${excerpt(value)}`);
      const keys = pathToArray(path);
      chargeContainer(keys.length);
      return emit(keys);
    }),
  );
}

function getpath(path: Code): Code {
  return manyCodeOrOne(
    path,
    (input, keys) => getPath(input, keys),
    () => (env, outerPath, at, input, emit) =>
      path.many(env, input, (keys) => {
        if (!isIntact(at, input)) {
          return fail(`Invalid path expression with result ${excerpt(input)}`);
        }
        const value = getPath(input, keys);
        let inner: Path = outerPath;
        for (const key of isArray(keys) ? keys : []) inner = { key, up: inner };
        return emit(inner, value, value);
      }),
  );
}

function manyCodeOrOne(
  arg: Code,
  apply: (input: Json, value: Json) => Json,
  paths: () => Code['paths'],
): Code {
  const { one } = arg;
  if (one === undefined) {
    return manyCode((env, input, emit) => arg.many(env, input, (value) => emit(apply(input, value))), paths);
  }
  return oneCode((env, input) => {
    const value = one(env, input);
    return value === undefined ? undefined : apply(input, value);
  }, paths);
}

/** All paths but the empty one, in the order of `..`; the filter is asked of the input itself too, as jq does. */
function pathsWhere(filter: Code | undefined): Code {
  return manyCode((env, input, emit) => {
    const stack: { path: Path; value: Json }[] = [];
    const pushItems = (path: Path, value: Json): void => {
      const items: { path: Path; value: Json }[] = [];
      eachPath(
        path,
        value,
        (innerPath, _at, item) => {
          items.push({ path: innerPath, value: item });
          return GO;
        },
        true,
      );
      for (const item of items.reverse()) stack.push(item);
    };
    filter?.many(env, input, () => GO);
    pushItems(null, input);
    for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
      const { path, value } = place;
      const give = (): 0 | 1 | 2 => {
        const keys = pathToArray(path);
        chargeContainer(keys.length);
        return emit(keys);
      };
      charge(1);
      const flow =
        filter === undefined ? give() : filter.many(env, value, (test) => (isTruthy(test) ? give() : GO));
      if (flow !== GO) return flow;
      pushItems(path, value);
    }
    return GO;
  });
}

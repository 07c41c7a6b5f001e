import { parseFunction } from '../language/parse-function.ts';
import { asJsonObject } from '../model/json.ts';
import { resourceText } from './lower-resources.ts';
import type { Lowering } from './lowering.ts';
import { pointerTo } from './pointer.ts';
import type { CallSource } from './program.ts';
import { functionPlace } from './resources.ts';

/** The functions of `use.functions`: each is lowered once and run by every call that names it. */
export function lowerFunctions(lowering: Lowering): void {
  for (const [name, task] of Object.entries(lowering.use.functions ?? {})) {
    const node = lowering.lowerTask(task, { name, pointer: pointerTo('/use/functions', name) }, lowering);
    lowering.custom.set(name, { node, definition: asJsonObject(task) });
  }
}

/** A resource that calls others that call others: a chain that is longer is no catalog but an accident. */
const fetchedMax = 64;

/**
 * The function that a call names and that does not stand in the document. It is parsed by itself: it may call what its
 * workflow's catalogs have, and it reads the secrets that the workflow declares, and nothing else of `use`.
 */
export function fetchedFunction(
  call: string,
  at: string,
  lowering: Lowering,
): Pick<Extract<CallSource, { type: 'custom' }>, 'type' | 'function'> | undefined {
  const place = functionPlace(call, lowering.use.catalogs ?? {});
  if (place === undefined) return undefined;
  const found: Pick<Extract<CallSource, { type: 'custom' }>, 'type' | 'function'> = {
    type: 'custom',
    function: call,
  };
  if (lowering.custom.has(call)) return found;
  const endpoint = place.type === 'uri' ? place.catalog?.endpoint : undefined;
  const text = resourceText(
    place,
    `function ${call}`,
    typeof endpoint === 'string' ? undefined : endpoint?.authentication,
    at,
    lowering,
  );
  if (text === undefined) return undefined;
  lowering.custom.set(call, undefined);
  const namedAt = lowering.namedAt ?? at;
  const file = place.type === 'uri' ? place.uri : `${place.name}:${place.version}@default`;
  if (lowering.custom.size > fetchedMax) {
    lowering.faults.push({ at: namedAt, message: `the workflow calls more than ${fetchedMax} functions` });
    return undefined;
  }
  const parsed = parseFunction(text, {
    file,
    functions: lowering.functions,
    catalogs: new Set(Object.keys(lowering.use.catalogs ?? {})),
    secrets: new Set(lowering.use.secrets ?? []),
  });
  if (!parsed.ok) {
    for (const { line, column, message } of parsed.errors)
      lowering.faults.push({ at: namedAt, message: `${file}:${line}:${column}: ${message}` });
    return found;
  }
  const { catalogs = {}, secrets = [] } = lowering.use;
  const inner: Lowering = {
    ...lowering,
    mode: 'strict',
    use: { catalogs, secrets },
    namedAt,
    ...(place.type === 'uri' ? { base: place.uri } : {}),
  };
  const pointer = pointerTo('/functions', call);
  const node = lowering.lowerTask(parsed.task, { name: call, pointer }, inner);
  lowering.custom.set(call, { node, definition: asJsonObject(parsed.task), at: namedAt });
  return found;
}

import type { Json } from '../model/json.ts';
import type { Task } from './document.ts';
import { checkTask, type ParseOptions } from './parse.ts';
import type { SourceError } from './source-error.ts';

export type ParsedFunction =
  | { readonly ok: true; readonly task: Task }
  | { readonly ok: false; readonly errors: readonly SourceError[] };

/**
 * Reads the text of a function, YAML or JSON: one task. It is checked on its own, so what it names is in no `use`
 * but among `secrets`, `catalogs` (absent: any) and the functions that the host registered.
 */
export function parseFunction(
  text: string,
  options: ParseOptions & { readonly secrets?: ReadonlySet<string> } = {},
): ParsedFunction {
  const checked = checkTask(text, options);
  return checked.ok ? { ok: true, task: taskOf(checked.value) } : checked;
}

/** A value that has passed the checks of a task is what the types say. */
function taskOf(value: Json): Task {
  return value as unknown as Task;
}

import type { Task } from '../language/document.ts';
import { asJsonObject } from '../model/json.ts';
import type { Lowering } from './lowering.ts';
import { pointerTo } from './pointer.ts';
import type { Node } from './program.ts';

type LowerTask = (task: Task, start: { name: string; pointer: string }, lowering: Lowering) => Node;

/** The functions of `use.functions`: each is lowered once and run by every call that names it. */
export function lowerFunctions(lowering: Lowering, lowerTask: LowerTask): void {
  for (const [name, task] of Object.entries(lowering.use.functions ?? {})) {
    const node = lowerTask(task, { name, pointer: pointerTo('/use/functions', name) }, lowering);
    lowering.custom.set(name, { node, definition: asJsonObject(task) });
  }
}

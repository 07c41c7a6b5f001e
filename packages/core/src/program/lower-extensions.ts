import { type TaskKeyword, type TaskList, taskKinds, type Use } from '../language/document.ts';
import { expressionAt } from './lower-values.ts';
import type { KnownExtension, Lowering } from './lowering.ts';
import { pointerTo } from './pointer.ts';
import type { AppliedExtension, ExtendedNode, ExtensionNode, Node } from './program.ts';
import { pointerAround } from './task-pointer.ts';

type LowerList = (list: TaskList, pointer: string, lowering: Lowering) => Node[];

/** The extensions of `use`, lowered once: each task that they extend runs the same nodes. */
export function lowerExtensions(
  use: Use | undefined,
  lowering: Lowering,
  lowerList: LowerList,
): readonly KnownExtension[] {
  return (use?.extensions ?? []).map((entry, index) => {
    const [[name, { extend, when, before, after }]] = Object.entries(entry) as [[string, Extension]];
    const at = pointerTo(pointerTo('/use/extensions', index), name);
    const side = (which: ExtensionNode['side'], tasks: TaskList): ExtensionNode => ({
      kind: 'extension',
      name: `${which} ${name}`,
      pointer: `${at}/${which}`,
      side: which,
      index,
      tasks: lowerList(tasks, `${at}/${which}`, lowering),
    });
    const applied: AppliedExtension = {
      name,
      ...(when === undefined ? {} : { when: expressionAt(when, `${at}/when`) }),
      ...(before === undefined ? {} : { before: side('before', before) }),
      ...(after === undefined ? {} : { after: side('after', after) }),
    };
    return { extend, applied };
  });
}

type Extension = NonNullable<Use['extensions']>[number][string];

/** The node within its extensions, or as it is when none is for its kind. */
export function extended(node: Node, kind: TaskKeyword, lowering: Lowering): Node {
  const extensions = lowering.extensions
    .filter(({ extend }) => kindsOf(extend).includes(kind))
    .map(({ applied }) => applied);
  if (extensions.length === 0) return node;
  const { if: condition, input, output, export: exported, timeout, ...task } = node;
  const around: ExtendedNode = {
    kind: 'extended',
    name: node.name,
    // The pointer is nobody else's; in the text it stands where the task does.
    pointer: pointerAround(node.pointer),
    reference: node.pointer,
    ...(condition === undefined ? {} : { if: condition }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(exported === undefined ? {} : { export: exported }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(node.then === undefined ? {} : { then: node.then }),
    task: task as Node,
    extensions,
  };
  return around;
}

/** `composite` is what holds tasks and is none of the kinds with a name of their own. */
function kindsOf(extend: KnownExtension['extend']): readonly TaskKeyword[] {
  if (extend === 'all') return taskKinds;
  return extend === 'composite' ? ['do', 'fork'] : [extend];
}

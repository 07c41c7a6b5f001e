/** Versions of workflows, put together by their name and ordered. */
import type { WorkflowView } from '@millrace/sdk';

export interface WorkflowGroup {
  readonly latest: WorkflowView;
  /** the latest first */
  readonly versions: readonly WorkflowView[];
}

/** By namespace and name. */
export function workflowGroups(workflows: readonly WorkflowView[]): readonly WorkflowGroup[] {
  const groups = Map.groupBy(workflows, ({ namespace, name }) => `${namespace}/${name}`);
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, found]) => {
      const versions = found.toSorted((a, b) => compareVersions(b.version, a.version));
      const [latest] = versions;
      return latest === undefined ? [] : [{ latest, versions }];
    });
}

/** Semantic versioning's order: negative when `a` comes before `b`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let at = 0; at < 3; at += 1) {
    const difference = (left.numbers[at] ?? 0) - (right.numbers[at] ?? 0);
    if (difference !== 0) return difference;
  }
  if (left.before === undefined || right.before === undefined)
    return (left.before === undefined ? 1 : 0) - (right.before === undefined ? 1 : 0);
  return compareLabels(left.before.split('.'), right.before.split('.'));
}

function partsOf(version: string): {
  readonly numbers: readonly number[];
  readonly before: string | undefined;
} {
  const [core = '', before] = (version.split('+', 1)[0] ?? '').split(/-(.*)/s);
  return { numbers: core.split('.').map(Number), before };
}

/** Numbers come before words and are compared as numbers; a longer list comes after its beginning. */
function compareLabels(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [left, right] = [a[at], b[at]];
    if (left === right) continue;
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const [leftNumber, rightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (leftNumber && rightNumber) return Number(left) - Number(right);
    if (leftNumber !== rightNumber) return leftNumber ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return 0;
}

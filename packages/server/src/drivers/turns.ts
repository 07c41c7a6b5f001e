/**
 * Turns of queues: whoever claims rows goes round, so that one queue with very many rows does not make the others wait.
 * Of `k` queues that have rows which can be claimed, each gets its turn within `k` rows that a process claims.
 */

/** Names in the order of their turns: those behind the one that was served last, then the others. */
export function inTurn(names: readonly string[], last: string): readonly string[] {
  const sorted = [...names].sort(compareUnits);
  const next = sorted.findIndex((name) => compareUnits(name, last) > 0);
  return next <= 0 ? sorted : [...sorted.slice(next), ...sorted.slice(0, next)];
}

/** Takes one of each queue in turn, each queue's own in their order, until there are enough or no more. */
export function takeTurns<T>(
  queues: readonly (readonly [name: string, next: () => T | undefined])[],
  rowsMax: number,
): { readonly taken: readonly T[]; readonly last: string | undefined } {
  const taken: T[] = [];
  let last: string | undefined;
  let left = [...queues];
  while (left.length > 0 && taken.length < rowsMax) {
    const having: typeof left = [];
    for (const queue of left) {
      if (taken.length === rowsMax) break;
      const [name, next] = queue;
      const row = next();
      if (row === undefined) continue;
      taken.push(row);
      last = name;
      having.push(queue);
    }
    left = having;
  }
  return { taken, last };
}

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

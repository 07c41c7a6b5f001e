/**
 * Some at a time, begun in their order. What fails is thrown when all that was begun with it has ended, so that nothing of it
 * is under way any more; what comes after is not begun.
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  atOnceMax: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += atOnceMax)
    for (const ended of await Promise.allSettled(items.slice(from, from + atOnceMax).map(work))) {
      if (ended.status === 'rejected') throw ended.reason;
      results.push(ended.value);
    }
  return results;
}

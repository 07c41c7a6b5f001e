/**
 * The kind of a wake-up as the file keeps it, its queue behind it: so the index by kind is one by queue too, and a queue is
 * a stretch of it.
 */
export function toQueuedKind(kind: string, queue: string | undefined): string {
  if (queue === undefined || queue === '') return kind;
  const last = lastQueued.get(kind);
  if (last?.queue === queue) return last.queued;
  const queued = `${kind} ${queue}`;
  lastQueued.set(kind, { queue, queued });
  return queued;
}

/** Of each kind the last: most rows are of the workflow of the row before, and what is put together is hashed anew. */
const lastQueued = new Map<string, { readonly queue: string; readonly queued: string }>();

export function kindOf(queued: string): string {
  const end = queued.indexOf(' ');
  return end === -1 ? queued : queued.slice(0, end);
}

export function queueOf(queued: string): string {
  const end = queued.indexOf(' ');
  return end === -1 ? '' : queued.slice(end + 1);
}

/** Behind every queue of a kind, and before every other kind. */
export function endOfKind(kind: string): string {
  return `${kind}!`;
}

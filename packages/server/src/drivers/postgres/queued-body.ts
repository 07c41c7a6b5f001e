/**
 * The queue of a wake-up stands at the head of its body, from where the commit takes it for a column of the table. A body is
 * nothing, or a command as a JSON object: a program that knows of no queues reads one with a member more.
 */
const head = '{"queue":';

export function toQueuedBody(body: string | null, queue: string | undefined): string | null {
  if (queue === undefined && body?.startsWith(head) !== true) return body;
  const begin = `${head}${JSON.stringify(queue ?? '')}`;
  if (body === null) return `${begin}}`;
  const isCommand = body.startsWith('{"') && !body.startsWith('{"":');
  return isCommand ? `${begin},${body.slice(1)}` : `${begin},"":${JSON.stringify(body)}}`;
}

export function fromQueuedBody(kept: string | null): {
  readonly body: string | null;
  readonly queue?: string;
} {
  const found = kept?.startsWith(head) ? /^\{"queue":("(?:[^"\\]|\\.)*")/.exec(kept) : null;
  if (kept === null || found === null) return { body: kept };
  const name = JSON.parse(found[1] ?? '""') as string;
  const queue = name === '' ? {} : { queue: name };
  const rest = kept.slice(found[0].length);
  if (rest === '}') return { body: null, ...queue };
  if (rest.startsWith(',"":')) return { body: JSON.parse(rest.slice(4, -1)) as string, ...queue };
  return { body: `{${rest.slice(1)}`, ...queue };
}

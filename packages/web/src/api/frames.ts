/** Server-sent events, read from text as it comes in. */
export interface Frame {
  readonly id?: string;
  readonly event?: string;
  readonly data: string;
}

/** A reader that is given pieces of a stream, cut anywhere, and answers the frames that they complete. */
export function createFrameReader(): (chunk: string) => readonly Frame[] {
  let rest = '';
  return (chunk) => {
    const blocks = (rest + chunk).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    return blocks.flatMap(toFrame);
  };
}

/** Comments and `retry` have no data and are no frame. */
function toFrame(block: string): Frame[] {
  const fields: Record<string, string> = {};
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, '');
    fields[name] = name === 'data' && fields.data !== undefined ? `${fields.data}\n${value}` : value;
  }
  const { id, event, data } = fields;
  if (data === undefined) return [];
  return [{ data, ...(id === undefined ? {} : { id }), ...(event === undefined ? {} : { event }) }];
}

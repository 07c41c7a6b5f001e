/** Ids of wake-ups on the wire and in the backlog: most begin with that of their execution, which is left out. */
export function shortId(execution: string, id: string): string {
  return id.startsWith(execution) && id[execution.length] === '/' ? id.slice(execution.length) : `=${id}`;
}

export function longId(execution: string, short: string): string {
  return short.startsWith('/') ? execution + short : short.slice(1);
}

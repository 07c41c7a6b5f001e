/** What caused a commit, as it is stored: of most it is the completion of an effect, and 14 bytes less are a fortieth of its row. */
const completed = 'effect.complete ';
const sign = '~';

export function storedCause(cause: string): string {
  return cause.startsWith(completed) ? sign + cause.slice(completed.length) : cause;
}

export function shownCause(stored: string): string {
  return stored.startsWith(sign) ? completed + stored.slice(sign.length) : stored;
}

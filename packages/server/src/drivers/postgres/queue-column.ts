/** How the database takes the queue of a wake-up from the head of its body, where `queued-body.ts` puts it. */

const head = '{"queue":"';
/** of a body; no name is as long */
const charactersMax = 1_000;

/** By a regular expression, which reads any name: 10 µs a row. */
export function queueByPattern(body: string): string {
  return `coalesce(substring(left(${body}, ${charactersMax}) from '^\\${head}((?:[^"\\\\]|\\\\.)*)"'), '')`;
}

/** The same text for any body: what comes before the next quote, where there is no backslash in it, which is nearly always. */
export function queueOf(body: string): string {
  const behind = `substr(left(${body}, ${charactersMax}), ${head.length + 1})`;
  const beforeQuote = `left(${behind}, greatest(strpos(${behind}, '"') - 1, 0))`;
  return `case
    when left(${body}, ${head.length}) is distinct from '${head}' then ''
    when strpos(${beforeQuote}, '\\') > 0 then ${queueByPattern(body)}
    else ${beforeQuote}
  end`;
}

/** Content negotiation. */

const offersMax = 32;

/** The offer that an `Accept` field prefers, the earlier of equals; without a field the first; undefined: none. */
export function preferredType(accept: string | undefined, offers: readonly string[]): string | undefined {
  if (accept === undefined || accept.trim() === '') return offers[0];
  const ranges = accept.split(',', offersMax).map(parseRange);
  let best: string | undefined;
  let bestQuality = 0;
  for (const offer of offers) {
    const quality = qualityOf(offer, ranges);
    if (quality > bestQuality) {
      best = offer;
      bestQuality = quality;
    }
  }
  return best;
}

/** Whether a `Content-Type` is JSON: `application/json` or `application/*+json`. */
export function isJsonType(type: string): boolean {
  return type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type);
}

const yamlTypes = new Set(['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml']);

export function isYamlType(type: string): boolean {
  return yamlTypes.has(type) || /^application\/[\w.-]+\+yaml$/.test(type);
}

/** The media type of a `Content-Type` field, without parameters, in lower case. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Whether a `Content-Type` says nothing of its charset, or that it is UTF-8. */
export function isUtf8Type(contentType: string | undefined): boolean {
  const [, ...parameters] = (contentType ?? '').split(';');
  return parameters.every((parameter) => {
    const [name = '', value = ''] = parameter.split('=').map((part) => part.trim().toLowerCase());
    return name !== 'charset' || /^("?)utf-?8\1$/.test(value);
  });
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = given === undefined ? 1 : Number(given.slice(2));
  return { type, quality: Number.isNaN(quality) ? 0 : quality };
}

/** The most specific range that covers the offer decides. */
function qualityOf(offer: string, ranges: readonly Range[]): number {
  const group = `${offer.split('/')[0]}/*`;
  for (const wanted of [offer, group, '*/*']) {
    const range = ranges.find(({ type }) => type === wanted);
    if (range !== undefined) return range.quality;
  }
  return 0;
}

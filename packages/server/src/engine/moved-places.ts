/** Documents that name places of the log, told where these are in a store that counts from one again. */
import type { KeptDocument } from '../ports/store.ts';
import { earlierEvents, earlierKey } from '../roles/earlier-events.ts';

/** The new number of a place: how many of the commits up to it there are. Undefined: all places keep their numbers. */
export type Places = ((position: number) => number) | undefined;

/** @param positions where the commits stood, in the order of the log */
export function placesOf(positions: readonly number[]): Places {
  const last = positions.at(-1) ?? 0;
  if (last === positions.length) return undefined;
  return (position) => {
    let [from, to] = [0, positions.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((positions[middle] ?? 0) <= position) from = middle + 1;
      else to = middle;
    }
    return from;
  };
}

export function renumbered(document: KeptDocument, places: Places): KeptDocument {
  switch (document.collection) {
    // Whoever was at it is not there: nobody has to wait for the end of a term.
    case 'matcher':
    case 'event-sinks':
      return changed(document, ({ cursor }: { readonly cursor: string }) => ({
        cursor: places === undefined || cursor === '' ? cursor : String(places(Number(cursor))),
        ...{ owner: '', until: 0 },
      }));
    default:
      return places === undefined ? document : withPlaces(document, places);
  }
}

function withPlaces(document: KeptDocument, places: NonNullable<Places>): KeptDocument {
  switch (document.collection) {
    case 'event-subscriptions':
      return changed(document, (body: { readonly from: number; readonly to: readonly [number, number] }) => ({
        ...body,
        from: places(body.from),
        to: [places(body.to[0]), body.to[1]],
      }));
    case earlierEvents: {
      const moved = changed(document, (body: { readonly position: number }) => ({
        ...body,
        position: places(body.position),
      }));
      return { ...moved, key: earlierKey(document.key, places) };
    }
    default:
      return document;
  }
}

function changed<Body>(document: KeptDocument, change: (body: Body) => object): KeptDocument {
  return { ...document, body: JSON.stringify(change(JSON.parse(document.body) as Body)) };
}

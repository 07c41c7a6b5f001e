import { fault } from '../fault.ts';
import type { OpenApiDocument, OperationPlace } from './document.ts';
import { describeOpenApi3 } from './openapi3.ts';
import { describeSwagger2 } from './swagger2.ts';

/** An operation as it is called, whichever version described it. */
export interface Operation {
  readonly id: string;
  /** in upper case */
  readonly method: string;
  /** URL of the server, without a slash at its end */
  readonly server: string;
  /** template with `{name}` */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body?: Body;
  /** media types of the answers */
  readonly accept: readonly string[];
}

export type ParameterPlace = 'path' | 'query' | 'header' | 'cookie';

export type ParameterStyle =
  | 'simple'
  | 'label'
  | 'matrix'
  | 'form'
  | 'spaceDelimited'
  | 'tabDelimited'
  | 'pipeDelimited'
  | 'deepObject';

export interface Parameter {
  readonly name: string;
  readonly in: ParameterPlace;
  readonly required: boolean;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly allowReserved: boolean;
  /** the value is written as JSON */
  readonly json: boolean;
}

export interface Body {
  readonly mediaTypes: readonly string[];
  readonly required: boolean;
  /** name of the argument that is the whole body; absent: the body has members only */
  readonly whole?: string;
  readonly fields: readonly Field[];
  /** members that are not described may be given */
  readonly open: boolean;
}

export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly file: boolean;
}

/** Finds and describes an operation; one that does not exist is a `configuration` fault that names near ones. */
export function findOperation(document: OpenApiDocument, documentUrl: URL, id: string): Operation {
  const place = document.operations.get(id);
  if (place === undefined) throw fault('configuration', unknownOperation(id, document.operations));
  const describe = document.version === 'swagger2' ? describeSwagger2 : describeOpenApi3;
  return { id, method: place.method, path: place.path, ...describe(document.root, place, documentUrl) };
}

const namesShownMax = 5;

function unknownOperation(id: string, operations: ReadonlyMap<string, OperationPlace>): string {
  const near = [...operations.keys()]
    .map((name) => ({ name, distance: distance(id.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, namesShownMax)
    .map(({ name }) => `"${name}"`);
  return `The document has no operation "${id}". ${near.length === 0 ? 'It names none at all.' : `The nearest are ${near.join(', ')}.`}`;
}

const comparedMax = 100;

/** Edits from one name to the other (Levenshtein), within their first 100 characters. */
function distance(from: string, to: string): number {
  const a = from.slice(0, comparedMax);
  const b = to.slice(0, comparedMax);
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

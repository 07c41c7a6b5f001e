import {
  type Dialect,
  type DialectName,
  dialectNamed,
  dialectOf,
  type Position,
  withVocabularies,
} from './dialect.ts';
import { SchemaCompileError } from './errors.ts';
import { resolveUri, splitFragment } from './uri.ts';
import { describe, type Fields, isFields, own, pointerToken } from './values.ts';

/** Schemas within schemas of one document. */
const NESTING_MAX = 500;

/** A schema with a base URI of its own: a document, or a part of one that has an `$id`. */
export interface Resource {
  readonly uri: string;
  readonly root: unknown;
  readonly pointer: string;
  readonly dialect: Dialect;
  readonly anchors: Map<string, Located>;
  readonly dynamicAnchors: Map<string, Located>;
}

/** A schema and where it stands. `pointer` is for people: a JSON pointer, after `uri#` in other documents. */
export interface Located {
  readonly schema: unknown;
  readonly resource: Resource;
  readonly pointer: string;
}

/** The name by which `$recursiveAnchor: true` of 2019-09 is kept among the dynamic anchors; no anchor can have it. */
export const RECURSIVE_ANCHOR = '';

/** Finds schemas by their URI. */
export class Registry {
  private readonly documents: ReadonlyMap<string, unknown>;
  private readonly defaultDialect: Dialect;
  private readonly resources = new Map<string, Resource>();
  private readonly owners = new Map<object, Located>();
  private readonly opened = new Set<string>();

  constructor(documents: Fields, defaultDialect: DialectName) {
    this.documents = new Map(Object.keys(documents).map((uri) => [uri.replace(/#$/, ''), documents[uri]]));
    this.defaultDialect = dialectNamed(defaultDialect);
  }

  /** Takes in a document; gives the place of its root. */
  open(schema: unknown, uri: string, pointer: string): Located {
    const known = isFields(schema) ? this.owners.get(schema) : undefined;
    const resource =
      known?.resource ?? this.resource(schema, uri, pointer, this.dialectFor(schema, this.defaultDialect));
    if (known !== undefined) {
      this.resources.set(uri, resource);
      return known;
    }
    this.scan(schema, resource, pointer, 0);
    const root = this.locate(schema, resource, pointer);
    // With an $id the document's resource is that of its root, also under the URI it was given by.
    this.resources.set(uri, root.resource);
    return root;
  }

  /** The place of a schema that is a part of another. */
  locate(schema: unknown, resource: Resource, pointer: string): Located {
    const known = isFields(schema) ? this.owners.get(schema) : undefined;
    return known ?? { schema, resource, pointer };
  }

  /** Follows a reference. `pointer` is the place of the reference, for errors. */
  resolve(reference: string, from: Resource, pointer: string): Located {
    const split = splitFragment(resolveUri(from.uri, reference));
    if (split === null)
      throw new SchemaCompileError(pointer, `The reference ${reference} has an ill-formed fragment.`);
    const { uri, fragment } = split;
    const resource = this.find(uri);
    if (resource === undefined) {
      throw new SchemaCompileError(
        pointer,
        `The reference ${reference} leads to ${uri}, which is not among the given documents.`,
      );
    }
    const found = this.target(resource, fragment);
    if (found === null)
      throw new SchemaCompileError(pointer, `The reference ${reference} leads to no schema.`);
    return found;
  }

  private target(resource: Resource, fragment: string): Located | null {
    if (fragment !== '' && !fragment.startsWith('/')) return resource.anchors.get(fragment) ?? null;
    let found: Located = this.locate(resource.root, resource, resource.pointer);
    for (const token of fragment.split('/').slice(1)) {
      const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
      const { schema } = found;
      const isMember = typeof schema === 'object' && schema !== null && Object.hasOwn(schema, key);
      if (!isMember) return null;
      found = this.locate((schema as Fields)[key], found.resource, found.pointer + pointerToken(key));
    }
    if (typeof found.schema === 'boolean') return found;
    if (!isFields(found.schema)) return null;
    // A schema in a place that no keyword makes one is known only once something refers to it.
    if (!this.owners.has(found.schema)) this.scan(found.schema, found.resource, found.pointer, 0);
    return this.locate(found.schema, found.resource, found.pointer);
  }

  private find(uri: string): Resource | undefined {
    if (!this.resources.has(uri)) this.openDocument(uri);
    // A document may hold others, by their $id.
    if (!this.resources.has(uri)) for (const other of this.documents.keys()) this.openDocument(other);
    return this.resources.get(uri);
  }

  private openDocument(uri: string): void {
    if (!this.documents.has(uri) || this.opened.has(uri)) return;
    this.opened.add(uri);
    this.open(this.documents.get(uri), uri, `${uri}#`);
  }

  private scan(schema: unknown, resource: Resource, pointer: string, depth: number): void {
    if (!isFields(schema) || this.owners.has(schema)) return;
    if (depth > NESTING_MAX)
      throw new SchemaCompileError(pointer, `There are more than ${NESTING_MAX} schemas within each other.`);
    const inner = this.identify(schema, resource, pointer);
    const located: Located = { schema, resource: inner, pointer };
    this.owners.set(schema, located);
    this.nameAnchors(schema, located);
    for (const [keyword, position] of inner.dialect.positions) {
      const value = own(schema, keyword);
      if (value === undefined) continue;
      const at = pointer + pointerToken(keyword);
      for (const [key, child] of childrenAt(value, position)) {
        this.scan(child, inner, key === null ? at : at + pointerToken(key), depth + 1);
      }
    }
  }

  /** The resource that a schema belongs to: the one around it, or one of its own if it has an id. */
  private identify(schema: Fields, around: Resource, pointer: string): Resource {
    const { dialect } = around;
    const id = own(schema, dialect.idKeyword);
    if (id !== undefined && typeof id !== 'string') {
      const at = pointer + pointerToken(dialect.idKeyword);
      throw new SchemaCompileError(at, `${dialect.idKeyword} must be a string, not ${describe(id)}.`);
    }
    const isHidden = dialect.refHidesSiblings && own(schema, '$ref') !== undefined;
    if (typeof id !== 'string' || isHidden || (dialect.idMayBeAnchor && id.startsWith('#'))) return around;
    const split = splitFragment(resolveUri(around.uri, id));
    if (split === null)
      throw new SchemaCompileError(pointer + pointerToken(dialect.idKeyword), `${id} is no URI reference.`);
    if (schema === around.root && split.uri === around.uri) return around;
    const resource = this.resource(schema, split.uri, pointer, this.dialectFor(schema, dialect));
    if (!this.resources.has(split.uri)) this.resources.set(split.uri, resource);
    return resource;
  }

  private nameAnchors(schema: Fields, located: Located): void {
    const { dialect, anchors, dynamicAnchors } = located.resource;
    const id = own(schema, dialect.idKeyword);
    if (dialect.idMayBeAnchor) {
      const fragment = typeof id === 'string' ? (splitFragment(id)?.fragment ?? '') : '';
      if (fragment !== '' && own(schema, '$ref') === undefined) anchors.set(fragment, located);
      return;
    }
    const anchor = own(schema, '$anchor');
    if (typeof anchor === 'string') anchors.set(anchor, located);
    const dynamic = own(schema, '$dynamicAnchor');
    if (typeof dynamic === 'string' && dialect.name === '2020-12') {
      anchors.set(dynamic, located);
      dynamicAnchors.set(dynamic, located);
    }
    if (
      dialect.name === '2019-09' &&
      own(schema, '$recursiveAnchor') === true &&
      schema === located.resource.root
    ) {
      dynamicAnchors.set(RECURSIVE_ANCHOR, located);
    }
  }

  private resource(root: unknown, uri: string, pointer: string, dialect: Dialect): Resource {
    return { uri, root, pointer, dialect, anchors: new Map(), dynamicAnchors: new Map() };
  }

  private dialectFor(schema: unknown, otherwise: Dialect, depth = 0): Dialect {
    const uri = isFields(schema) ? own(schema, '$schema') : undefined;
    if (typeof uri !== 'string' || depth > 8) return otherwise;
    const known = dialectOf(uri);
    if (known !== null) return known;
    const meta = this.documents.get(uri.replace(/#$/, ''));
    if (!isFields(meta)) return otherwise;
    const base = this.dialectFor(meta, otherwise, depth + 1);
    const vocabularies = own(meta, '$vocabulary');
    return isFields(vocabularies) ? withVocabularies(base, Object.keys(vocabularies)) : base;
  }
}

/** The schemas in a keyword's value, each with its key (null: the value itself). What is no schema is passed over. */
function childrenAt(
  value: unknown,
  position: Position,
): readonly (readonly [string | number | null, unknown])[] {
  if (Array.isArray(value)) {
    const mayBeArray = position === 'schemas' || position === 'schemaOrSchemas';
    return mayBeArray ? value.map((child, i) => [i, child] as const) : [];
  }
  if (!isFields(value)) return [];
  if (position === 'schema' || position === 'schemaOrSchemas') return [[null, value]];
  return position === 'schemas' ? [] : Object.keys(value).map((key) => [key, value[key]] as const);
}

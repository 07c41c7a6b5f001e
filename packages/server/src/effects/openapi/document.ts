import { isJsonObject, type Json, type JsonObject } from '@millrace/core';
import { parse as parseYaml } from 'yaml';
import { fault } from '../fault.ts';
import { parsePointer, valueAt } from '../json-pointer.ts';

/** A parsed description of an API, and where its operations stand. */
export interface OpenApiDocument {
  readonly version: 'swagger2' | 'openapi3';
  readonly root: JsonObject;
  readonly operations: ReadonlyMap<string, OperationPlace>;
}

export interface OperationPlace {
  readonly path: string;
  /** in upper case */
  readonly method: string;
  readonly pathItem: JsonObject;
  readonly operation: JsonObject;
}

/** References that lead on to other references. */
const hopsMax = 32;

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/** Parses a Swagger 2.0 or OpenAPI 3.0 or 3.1 document, in JSON or YAML; another one is a `configuration` fault. */
export function parseDocument(uri: string, bytes: Uint8Array): OpenApiDocument {
  const root = parseText(uri, new TextDecoder().decode(bytes));
  const version = versionOf(root);
  if (!isJsonObject(root) || version === undefined) {
    throw fault(
      'configuration',
      `The document ${uri} is no Swagger 2.0, OpenAPI 3.0 or OpenAPI 3.1 document.`,
    );
  }
  return { version, root, operations: indexOperations(root) };
}

/** What a value stands for: the target of its `$ref`, or itself. Only places in the same document can be meant. */
export function dereference(root: JsonObject, value: Json | undefined): Json | undefined {
  let current = value;
  for (let hops = 0; isJsonObject(current) && typeof current.$ref === 'string'; hops++) {
    const reference = current.$ref;
    if (hops === hopsMax)
      throw fault(
        'configuration',
        `The reference "${reference}" leads in a circle, or over more than ${hopsMax} others.`,
      );
    if (!reference.startsWith('#'))
      throw fault(
        'configuration',
        `The reference "${reference}" leads to another document, which is not supported.`,
      );
    const target = valueAt(root, referencePath(reference));
    if (target === undefined) throw fault('configuration', `The reference "${reference}" leads nowhere.`);
    current = target;
  }
  return current;
}

/** The object that a value stands for; anything else is as good as empty. */
export function objectAt(root: JsonObject, value: Json | undefined): JsonObject {
  const target = dereference(root, value);
  return isJsonObject(target) ? target : {};
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

export function textsOf(value: Json | undefined): readonly string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

function parseText(uri: string, text: string): Json {
  try {
    return /^\s*\{/.test(text)
      ? (JSON.parse(text) as Json)
      : (parseYaml(text, { maxAliasCount: 100 }) as Json);
  } catch (error) {
    throw fault(
      'configuration',
      `The document ${uri} is neither JSON nor YAML: ${(error as Error).message.split('\n', 1)[0]}`,
    );
  }
}

function versionOf(root: Json): OpenApiDocument['version'] | undefined {
  if (!isJsonObject(root)) return undefined;
  if (String(root.swagger ?? '') === '2.0' || root.swagger === 2) return 'swagger2';
  return /^3\.[01](\.|$)/.test(String(root.openapi ?? '')) ? 'openapi3' : undefined;
}

function indexOperations(root: JsonObject): ReadonlyMap<string, OperationPlace> {
  const places = new Map<string, OperationPlace>();
  for (const [path, item] of Object.entries(objectAt(root, root.paths))) {
    const pathItem = isLocal(item) ? objectAt(root, item) : {};
    for (const method of methods) {
      const operation = pathItem[method];
      if (
        !isJsonObject(operation) ||
        typeof operation.operationId !== 'string' ||
        places.has(operation.operationId)
      )
        continue;
      places.set(operation.operationId, { path, method: method.toUpperCase(), pathItem, operation });
    }
  }
  return places;
}

/** A path that stands in another document hides its own operations only. */
function isLocal(item: Json): boolean {
  return !isJsonObject(item) || typeof item.$ref !== 'string' || item.$ref.startsWith('#');
}

function referencePath(reference: string): string[] {
  try {
    return parsePointer(decodeURIComponent(reference.slice(1)));
  } catch {
    throw fault('configuration', `The reference "${reference}" is not a JSON pointer.`);
  }
}

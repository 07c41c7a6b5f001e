import type { Authentication, CallTask, Endpoint } from '../language/document.ts';
import type { HttpOutput } from '../model/effects.ts';
import type { JsonObject } from '../model/json.ts';
import { authenticationOf } from './lower-authentication.ts';
import { fetchedFunction } from './lower-functions.ts';
import { templateAt, uriSource } from './lower-values.ts';
import type { Lowering } from './lowering.ts';
import { pointerTo } from './pointer.ts';
import type { AuthenticationSource, CallSource, Template, UriSource } from './program.ts';

type LoweredCall =
  | CallSource
  | { readonly type: 'unsupported'; readonly feature: string }
  /** of a function that has still to be read, or could not be */
  | { readonly type: 'missing'; readonly function: string };

/** The call of a `call` task: what to do, with its arguments as templates. */
export function lowerCall(task: CallTask, pointer: string, lowering: Lowering): LoweredCall {
  const at = `${pointer}/with`;
  const given = task.with ?? {};
  switch (task.call) {
    case 'http':
      return lowerHttp(given, at, lowering);
    case 'openapi':
      return lowerOpenApi(given, at, lowering);
    case 'grpc':
    case 'asyncapi':
    case 'a2a':
    case 'mcp':
      return { type: 'unsupported', feature: `\`call: ${task.call}\`` };
    default:
      return lowerFunction(task, pointer, lowering);
  }
}

function lowerFunction(task: CallTask, pointer: string, lowering: Lowering): LoweredCall {
  const argument =
    task.with === undefined ? {} : { with: templateAt(task.with, `${pointer}/with`, lowering) };
  if (lowering.custom.has(task.call)) return { type: 'custom', function: task.call, ...argument };
  if (lowering.functions.has(task.call)) return { type: 'function', name: task.call, ...argument };
  const fetched = fetchedFunction(task.call, `${pointer}/call`, lowering);
  if (fetched !== undefined) return { ...fetched, ...argument };
  return { type: 'missing', function: task.call };
}

function lowerHttp(given: JsonObject, at: string, lowering: Lowering): LoweredCall {
  const endpoint = endpointOf(given.endpoint as Endpoint, `${at}/endpoint`, lowering);
  return {
    type: 'http',
    method: templateAt(given.method ?? 'GET', `${at}/method`, lowering),
    uri: endpoint.uri,
    ...optional('headers', given, at, lowering),
    ...optional('query', given, at, lowering),
    ...optional('body', given, at, lowering),
    ...outputOf(given),
    ...(endpoint.authentication === undefined ? {} : { authentication: endpoint.authentication }),
  };
}

function lowerOpenApi(given: JsonObject, at: string, lowering: Lowering): LoweredCall {
  const resource = given.document as { endpoint: Endpoint };
  const document = endpointOf(resource.endpoint, `${at}/document/endpoint`, lowering);
  const authentication = authenticationOf(
    given.authentication as Authentication | undefined,
    `${at}/authentication`,
    lowering,
  );
  return {
    type: 'openapi',
    document: document.uri,
    ...(document.authentication === undefined ? {} : { documentAuthentication: document.authentication }),
    operationId: templateAt(given.operationId ?? '', `${at}/operationId`, lowering),
    ...optional('parameters', given, at, lowering),
    ...outputOf(given),
    ...(authentication === undefined ? {} : { authentication }),
  };
}

function optional<K extends string>(
  name: K,
  given: JsonObject,
  at: string,
  lowering: Lowering,
): { [P in K]?: Template } {
  const value = given[name];
  return (value === undefined ? {} : { [name]: templateAt(value, pointerTo(at, name), lowering) }) as {
    [P in K]?: Template;
  };
}

function outputOf(given: JsonObject): { output: HttpOutput; redirect: boolean } {
  return { output: (given.output ?? 'content') as HttpOutput, redirect: given.redirect === true };
}

function endpointOf(
  endpoint: Endpoint,
  at: string,
  lowering: Lowering,
): { uri: UriSource; authentication?: AuthenticationSource } {
  if (typeof endpoint === 'string') return { uri: uriSource(endpoint, at, lowering) };
  const authentication = authenticationOf(endpoint.authentication, `${at}/authentication`, lowering);
  return {
    uri: uriSource(endpoint.uri, `${at}/uri`, lowering),
    ...(authentication === undefined ? {} : { authentication }),
  };
}

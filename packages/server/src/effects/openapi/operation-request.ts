import type { Json, JsonObject } from '@millrace/core';
import { fault } from '../fault.ts';
import { type EncodedBody, encodeBody } from '../request-body.ts';
import { chooseMediaType } from './openapi3.ts';
import type { Body, Operation, Parameter, ParameterPlace } from './operation.ts';
import { cookieText, headerText, pathText, queryText } from './parameter-text.ts';

export interface OperationRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: EncodedBody;
}

/**
 * The request for an operation with these arguments. Arguments that are missing or that the operation does not
 * know are a `validation` fault that names them.
 */
export function toOperationRequest(operation: Operation, args: JsonObject): OperationRequest {
  const given = new Map(Object.entries(args).filter(([, value]) => value !== null));
  const parameters = withTemplateParameters(operation);
  const forBody = [...given.keys()].filter(
    (name) => !parameters.some((parameter) => parameter.name === name),
  );
  const body = bodyArgument(operation, forBody, given);
  refuseMissing(operation, parameters, body, given);
  const encoded =
    body === undefined || operation.body === undefined
      ? undefined
      : encodeArgument(operation.body, body.value);
  return {
    url: toUrl(operation, parameters, given),
    headers: toHeaders(operation, parameters, given, encoded),
    ...(encoded && { body: encoded }),
  };
}

/** Documents forget to describe what stands in their paths: that is a plain parameter. */
function withTemplateParameters({ path, parameters }: Operation): readonly Parameter[] {
  const named = [...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? '');
  const forgotten = named.filter(
    (name) => !parameters.some((parameter) => parameter.in === 'path' && parameter.name === name),
  );
  return [
    ...parameters,
    ...forgotten.map(
      (name): Parameter => ({
        name,
        in: 'path',
        required: true,
        style: 'simple',
        explode: false,
        allowReserved: false,
        json: false,
      }),
    ),
  ];
}

interface BodyArgument {
  readonly value: Json;
  /** the members were given one by one, so that missing ones can be named */
  readonly members: boolean;
}

function bodyArgument(
  operation: Operation,
  names: readonly string[],
  given: ReadonlyMap<string, Json>,
): BodyArgument | undefined {
  const { body } = operation;
  if (names.length === 0) return undefined;
  const whole = body?.whole;
  const isMember = (name: string): boolean => body?.fields.some((field) => field.name === name) === true;
  if (whole !== undefined && names.includes(whole) && !isMember(whole)) {
    refuseUnknown(
      operation,
      names.filter((name) => name !== whole),
    );
    return { value: given.get(whole) ?? null, members: false };
  }
  const open = body?.open === true;
  refuseUnknown(operation, open ? [] : names.filter((name) => !isMember(name)));
  return { value: Object.fromEntries(names.map((name) => [name, given.get(name) ?? null])), members: true };
}

function refuseUnknown(operation: Operation, names: readonly string[]): void {
  if (names.length === 0) return;
  const body = operation.body;
  const known = [
    ...operation.parameters.map(({ name }) => name),
    ...(body?.whole === undefined ? [] : [body.whole]),
    ...(body?.fields ?? []).map(({ name }) => name),
  ];
  const list = [...new Set(known)].map((name) => `"${name}"`).join(', ');
  throw fault(
    'validation',
    `The operation "${operation.id}" has no parameter ${quoted(names)}. ${list === '' ? 'It takes none.' : `It knows ${list}.`}`,
  );
}

function refuseMissing(
  operation: Operation,
  parameters: readonly Parameter[],
  body: BodyArgument | undefined,
  given: ReadonlyMap<string, Json>,
): void {
  const missing = parameters
    .filter(({ required, name }) => required && !given.has(name))
    .map(({ name }) => name);
  const spec = operation.body;
  if (spec !== undefined && (body === undefined ? spec.required : body.members)) {
    const fields = spec.fields
      .filter(({ required, name }) => required && !given.has(name))
      .map(({ name }) => name);
    missing.push(
      ...(body === undefined && fields.length === 0 && spec.whole !== undefined ? [spec.whole] : fields),
    );
  }
  if (missing.length > 0)
    throw fault(
      'validation',
      `The operation "${operation.id}" needs the parameter ${quoted([...new Set(missing)])}.`,
    );
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

function encodeArgument(body: Body, value: Json): EncodedBody {
  const files = new Set(body.fields.filter(({ file }) => file).map(({ name }) => name));
  const mediaType = chooseMediaType(body.mediaTypes);
  // A range such as */* says that anything goes: JSON does.
  return encodeBody(value, mediaType.includes('*') ? 'application/json' : mediaType, files);
}

type Given = readonly (readonly [Parameter, Json])[];

function argumentsIn(
  place: ParameterPlace,
  parameters: readonly Parameter[],
  given: ReadonlyMap<string, Json>,
): Given {
  return parameters.flatMap((parameter) => {
    const value = parameter.in === place ? given.get(parameter.name) : undefined;
    return value === undefined ? [] : [[parameter, value] as const];
  });
}

function toUrl(
  operation: Operation,
  parameters: readonly Parameter[],
  given: ReadonlyMap<string, Json>,
): URL {
  const texts = new Map(
    argumentsIn('path', parameters, given).map(([parameter, value]) => [
      parameter.name,
      pathText(parameter, value),
    ]),
  );
  const path = operation.path.replace(/\{([^{}]+)\}/g, (_, name: string) => texts.get(name) ?? '');
  // A URL resolves these segments, encoded ones too: an argument could climb to another operation.
  if (path.split(/[/?]/).some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) {
    throw fault(
      'validation',
      `The arguments of the operation "${operation.id}" make the path ${path}, which leads out of the operation.`,
    );
  }
  const url = URL.parse(`${operation.server}${path.startsWith('/') ? '' : '/'}${path}`);
  if (url === null)
    throw fault(
      'configuration',
      `The operation "${operation.id}" has no valid URL: ${operation.server}${path}.`,
    );
  const query = argumentsIn('query', parameters, given).map(([parameter, value]) =>
    queryText(parameter, value),
  );
  url.search = [url.search.slice(1), ...query].filter((text) => text !== '').join('&');
  return url;
}

function toHeaders(
  operation: Operation,
  parameters: readonly Parameter[],
  given: ReadonlyMap<string, Json>,
  body: EncodedBody | undefined,
): Record<string, string> {
  const headers: [string, string][] = [];
  const accept = operation.accept.length > 0 ? chooseMediaType(operation.accept) : undefined;
  if (accept !== undefined) headers.push(['accept', accept]);
  if (body !== undefined) headers.push(['content-type', body.contentType]);
  for (const [parameter, value] of argumentsIn('header', parameters, given))
    headers.push([parameter.name.toLowerCase(), headerText(parameter, value)]);
  const cookies = argumentsIn('cookie', parameters, given).map(([parameter, value]) =>
    cookieText(parameter, value),
  );
  if (cookies.length > 0) headers.push(['cookie', cookies.filter((text) => text !== '').join('; ')]);
  return Object.fromEntries(headers);
}

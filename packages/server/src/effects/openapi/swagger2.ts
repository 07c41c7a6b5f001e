import { isJsonObject, type Json, type JsonObject } from '@millrace/core';
import { listOf, type OperationPlace, objectAt, textsOf } from './document.ts';
import type { Body, Operation, Parameter, ParameterPlace, ParameterStyle } from './operation.ts';

type Described = Pick<Operation, 'server' | 'parameters' | 'body' | 'accept'>;

/** Reads an operation of a Swagger 2.0 document. */
export function describeSwagger2(root: JsonObject, place: OperationPlace, documentUrl: URL): Described {
  const described = describedParameters(root, place);
  const body = toBody(described, textsOf(place.operation.consumes ?? root.consumes));
  return {
    server: serverOf(root, place.operation, documentUrl),
    parameters: [
      ...described.filter(isPlaced).map(toParameter),
      ...apiKeys(root, place.operation, described),
    ],
    ...(body && { body }),
    accept: textsOf(place.operation.produces ?? root.produces),
  };
}

/** Parameters of the operation replace those of its path that have the same name and place. */
export function describedParameters(
  root: JsonObject,
  { pathItem, operation }: OperationPlace,
): readonly JsonObject[] {
  const byPlace = new Map<string, JsonObject>();
  for (const value of [...listOf(pathItem.parameters), ...listOf(operation.parameters)]) {
    const parameter = objectAt(root, value);
    if (typeof parameter.name === 'string') byPlace.set(`${parameter.in}\n${parameter.name}`, parameter);
  }
  return [...byPlace.values()];
}

export function isPlaced(parameter: JsonObject): boolean {
  return (
    parameter.in === 'path' ||
    parameter.in === 'query' ||
    parameter.in === 'header' ||
    parameter.in === 'cookie'
  );
}

/** A key that the operation's security asks for is a parameter too, under the name it is sent with. */
export function apiKeyParameters(
  schemes: JsonObject,
  security: Json | undefined,
  taken: readonly JsonObject[],
): readonly Parameter[] {
  const names = new Set(listOf(security).flatMap((entry) => (isJsonObject(entry) ? Object.keys(entry) : [])));
  const keys = [...names]
    .map((name) => schemes[name])
    .filter((scheme) => isJsonObject(scheme) && scheme.type === 'apiKey' && isPlaced(scheme));
  return (keys as JsonObject[])
    .filter((key) => !taken.some((parameter) => parameter.name === key.name && parameter.in === key.in))
    .map((key) => ({
      name: String(key.name),
      in: key.in as ParameterPlace,
      required: false,
      style: key.in === 'header' ? 'simple' : 'form',
      explode: false,
      allowReserved: false,
      json: false,
    }));
}

function apiKeys(
  root: JsonObject,
  operation: JsonObject,
  taken: readonly JsonObject[],
): readonly Parameter[] {
  return apiKeyParameters(
    objectAt(root, root.securityDefinitions),
    operation.security ?? root.security,
    taken,
  );
}

/** https is preferred when the document came by it; without `host` or `schemes` those of the document hold. */
function serverOf(root: JsonObject, operation: JsonObject, documentUrl: URL): string {
  const own: string = documentUrl.protocol.slice(0, -1);
  const schemes = textsOf(operation.schemes ?? root.schemes).filter((scheme): boolean =>
    /^https?$/.test(scheme),
  );
  const scheme = schemes.includes(own) || schemes[0] === undefined ? own : schemes[0];
  const host = typeof root.host === 'string' ? root.host : documentUrl.host;
  const basePath = typeof root.basePath === 'string' ? root.basePath.replace(/\/+$/, '') : '';
  return `${scheme}://${host}${basePath === '' || basePath.startsWith('/') ? basePath : `/${basePath}`}`;
}

const styles: Readonly<Record<string, ParameterStyle>> = {
  ssv: 'spaceDelimited',
  tsv: 'tabDelimited',
  pipes: 'pipeDelimited',
};

function toParameter(parameter: JsonObject): Parameter {
  const place = parameter.in as ParameterPlace;
  const format = typeof parameter.collectionFormat === 'string' ? parameter.collectionFormat : 'csv';
  return {
    name: String(parameter.name),
    in: place,
    required: place === 'path' || parameter.required === true,
    style: styles[format] ?? (place === 'query' || place === 'cookie' ? 'form' : 'simple'),
    explode: format === 'multi',
    allowReserved: false,
    json: false,
  };
}

function toBody(described: readonly JsonObject[], consumes: readonly string[]): Body | undefined {
  const whole = described.find((parameter) => parameter.in === 'body');
  if (whole)
    return {
      mediaTypes: consumes,
      required: whole.required === true,
      whole: String(whole.name),
      fields: [],
      open: false,
    };
  const form = described.filter((parameter) => parameter.in === 'formData');
  if (form.length === 0) return undefined;
  const fields = form.map((field) => ({
    name: String(field.name),
    required: field.required === true,
    file: field.type === 'file',
  }));
  const urlencoded = 'application/x-www-form-urlencoded';
  const multipart =
    fields.some((field) => field.file) ||
    (consumes.includes('multipart/form-data') && !consumes.includes(urlencoded));
  return {
    mediaTypes: [multipart ? 'multipart/form-data' : urlencoded],
    required: fields.some((field) => field.required),
    fields,
    open: false,
  };
}

import { isJsonObject, type Json, type JsonObject } from '@millrace/core';
import { fault } from '../fault.ts';
import { isJsonType, mediaTypeOf } from '../media-type.ts';
import { dereference, listOf, type OperationPlace, objectAt, textsOf } from './document.ts';
import type { Body, Field, Operation, Parameter, ParameterPlace, ParameterStyle } from './operation.ts';
import { apiKeyParameters, describedParameters, isPlaced } from './swagger2.ts';

type Described = Pick<Operation, 'server' | 'parameters' | 'body' | 'accept'>;

/** Reads an operation of an OpenAPI 3.0 or 3.1 document. */
export function describeOpenApi3(root: JsonObject, place: OperationPlace, documentUrl: URL): Described {
  const described = describedParameters(root, place).filter(isPlaced);
  const { operation } = place;
  const schemes = objectAt(root, objectAt(root, root.components).securitySchemes);
  const resolvedSchemes = Object.fromEntries(
    Object.entries(schemes).map(([name, scheme]) => [name, objectAt(root, scheme)]),
  );
  const body =
    operation.requestBody === undefined ? undefined : toBody(root, objectAt(root, operation.requestBody));
  return {
    server: serverOf(root, place, documentUrl),
    parameters: [
      ...described.map(toParameter),
      ...apiKeyParameters(resolvedSchemes, operation.security ?? root.security, described),
    ],
    ...(body && { body }),
    accept: acceptOf(root, operation),
  };
}

/** The first server of the operation, its path or the document, with the defaults of its variables. */
function serverOf(root: JsonObject, { operation, pathItem }: OperationPlace, documentUrl: URL): string {
  const servers = [operation.servers, pathItem.servers, root.servers]
    .map(listOf)
    .find((list) => list.length > 0);
  const server = isJsonObject(servers?.[0]) ? servers[0] : {};
  const template = typeof server.url === 'string' ? server.url : '/';
  const variables = objectAt(root, server.variables);
  const text = template.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const variable = variables[name];
    if (isJsonObject(variable) && variable.default !== undefined) return String(variable.default);
    throw fault('configuration', `The variable "${name}" of the server "${template}" has no default.`);
  });
  const url = URL.parse(text, documentUrl.href);
  if (url === null) throw fault('configuration', `The server "${text}" of the document is not a URL.`);
  return url.href.replace(/[?#].*$/, '').replace(/\/+$/, '');
}

const styles: ReadonlySet<string> = new Set([
  'simple',
  'label',
  'matrix',
  'form',
  'spaceDelimited',
  'pipeDelimited',
  'deepObject',
]);

function toParameter(parameter: JsonObject): Parameter {
  const place = parameter.in as ParameterPlace;
  const usual = place === 'query' || place === 'cookie' ? 'form' : 'simple';
  const style =
    typeof parameter.style === 'string' && styles.has(parameter.style)
      ? (parameter.style as ParameterStyle)
      : usual;
  return {
    name: String(parameter.name),
    in: place,
    required: place === 'path' || parameter.required === true,
    style,
    explode: typeof parameter.explode === 'boolean' ? parameter.explode : style === 'form',
    allowReserved: parameter.allowReserved === true,
    json: parameter.content !== undefined,
  };
}

/** Schemas that one composes; deeper compositions are not looked into. */
const schemasMax = 64;

function toBody(root: JsonObject, requestBody: JsonObject): Body {
  const content = objectAt(root, requestBody.content);
  const mediaTypes = Object.keys(content);
  const schemas = composedSchemas(root, objectAt(root, content[chooseMediaType(mediaTypes)]).schema);
  const required = new Set(schemas.flatMap((schema) => textsOf(schema.required)));
  const fields = new Map<string, Field>();
  for (const schema of schemas) {
    for (const [name, value] of Object.entries(objectAt(root, schema.properties))) {
      const property = objectAt(root, value);
      fields.set(name, {
        name,
        required: required.has(name),
        file: property.format === 'binary' || property.contentMediaType === 'application/octet-stream',
      });
    }
  }
  return {
    mediaTypes,
    required: requestBody.required === true,
    whole: 'body',
    fields: [...fields.values()],
    open: !schemas.some((schema) => schema.additionalProperties === false),
  };
}

/** A schema and those that it is made of by `allOf`. */
function composedSchemas(root: JsonObject, schema: Json | undefined): readonly JsonObject[] {
  const found = new Set<JsonObject>();
  const open: (Json | undefined)[] = [schema];
  while (open.length > 0 && found.size < schemasMax) {
    const next = dereference(root, open.pop());
    if (!isJsonObject(next) || found.has(next)) continue;
    found.add(next);
    open.push(...listOf(next.allOf));
  }
  return [...found];
}

/** JSON where it is offered, then forms, then text, then whatever comes first. */
export function chooseMediaType(offered: readonly string[]): string {
  const find = (fits: (mediaType: string) => boolean): string | undefined =>
    offered.find((type) => fits(mediaTypeOf(type)));
  const json = find((type) => type === 'application/json') ?? find(isJsonType);
  if (json !== undefined) return json;
  const form =
    find((type) => type === 'application/x-www-form-urlencoded') ??
    find((type) => type === 'multipart/form-data');
  return form ?? find((type) => type === 'text/plain') ?? offered[0] ?? 'application/json';
}

function acceptOf(root: JsonObject, operation: JsonObject): readonly string[] {
  const answers = Object.entries(objectAt(root, operation.responses)).filter(
    ([status]) => /^2/.test(status) || status === 'default',
  );
  return [
    ...new Set(answers.flatMap(([, answer]) => Object.keys(objectAt(root, objectAt(root, answer).content)))),
  ];
}

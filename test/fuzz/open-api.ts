/** The parts of an OpenAPI document that requests are made from and answers are held against. */

export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface Content {
  readonly [type: string]: { readonly schema: Schema; readonly example?: unknown };
}

export interface Answers {
  readonly [status: string]: { readonly $ref?: string; readonly content?: Content };
}

export interface ApiOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Content | undefined;
  readonly answers: Answers;
}

export interface OpenApi {
  readonly operations: readonly ApiOperation[];
  readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly responses: Answers };
}

interface Given {
  readonly paths: Readonly<Record<string, Readonly<Record<string, GivenOperation>>>>;
  readonly components: OpenApi['components'];
}

interface GivenOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Answers;
}

export function readOpenApi(document: unknown): OpenApi {
  const { paths, components } = document as Given;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      operationId: operation.operationId,
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content,
      answers: operation.responses,
    })),
  );
  return { operations, components };
}

/** The schema that a reference names. */
export function resolve(schema: Schema, { components }: OpenApi): Schema {
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
  return name === undefined ? schema : (components.schemas[name] ?? {});
}

import type { HttpOutput, JsonObject } from '@millrace/core';
import type { TaskDefinition } from '../task/define-task.ts';
import type { Computed } from './expression.ts';
import { type TaskCommon, type TaskEntry, task } from './tasks.ts';

/** where a call goes: a URI, a URI template, an expression, or one of them with an authentication */
type Endpoint = string | { readonly uri: string; readonly authentication?: JsonObject };

export interface HttpArguments {
  /** such as `get` or `post` */
  readonly method: string;
  readonly endpoint: Endpoint;
  readonly headers?: Readonly<Record<string, string>> | string;
  readonly query?: Readonly<Record<string, string | number | boolean>> | string;
  /** any JSON value, whose leaves may be expressions */
  readonly body?: JsonObject[string];
  /** `content` (default): the parsed body; `raw`: its bytes in base64; `response`: status, headers and content */
  readonly output?: HttpOutput;
  /** true: a redirect is an outcome, not an error */
  readonly redirect?: boolean;
}

export interface OpenApiArguments {
  readonly document: { readonly endpoint: Endpoint; readonly name?: string };
  readonly operationId: string;
  readonly parameters?: JsonObject | string;
  readonly authentication?: JsonObject;
  readonly output?: HttpOutput;
  readonly redirect?: boolean;
}

/** Calls of services and functions. */
export const call = {
  /** @example call.http('charge', { method: 'post', endpoint: 'https://pay.example.com/charges', body: '${ .order }' }) */
  http(name: string, request: HttpArguments, options: TaskCommon = {}): TaskEntry {
    return task(name, { call: 'http', with: withoutAbsent(request), ...options });
  },

  /** Calls an operation that an OpenAPI document describes. */
  openapi(name: string, request: OpenApiArguments, options: TaskCommon = {}): TaskEntry {
    return task(name, { call: 'openapi', with: withoutAbsent(request), ...options });
  },

  /**
   * Calls a function of the program that has the engine in itself, by its name or by its definition, whose types the
   * arguments are then held against. Whether there is such a function the engine checks when it starts the workflow.
   */
  function<Input>(
    name: string,
    called: string | TaskDefinition<Input, unknown>,
    ...[input, options = {}]: FunctionArguments<Input>
  ): TaskEntry {
    const callee = typeof called === 'string' ? called : called.name;
    if (!callee)
      throw new TypeError(`${name}: a task without a name is called by the name it is registered with`);
    const given = input === undefined ? {} : { with: input as JsonObject };
    return task(name, { call: callee, ...given, ...options });
  },
};

/** Of a function whose input is not known in detail, any object or an expression; it may be left out. */
type FunctionArguments<Input> = unknown extends Input
  ? [input?: JsonObject | string, options?: TaskCommon]
  : [input: Computed<Input>, options?: TaskCommon];

function withoutAbsent(members: HttpArguments | OpenApiArguments): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

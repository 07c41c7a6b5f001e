import { expandTemplate } from '../../language/uri-template.ts';
import type { EffectRequest } from '../../model/effects.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { TaskState } from '../../model/state.ts';
import { unreachable } from '../../model/unreachable.ts';
import type {
  AuthenticationSource,
  CallNode,
  CallSource,
  Template,
  UriSource,
} from '../../program/program.ts';
import { type Decision, of } from '../decision.ts';
import { asText } from '../evaluate.ts';
import { callPlace, triesAround } from '../evolve-effects.ts';
import { Fault, standardFault } from '../fault.ts';
import { bound, finish, placeOf } from '../finish.ts';
import { Arguments } from './arguments.ts';
import { advanceCustom } from './custom.ts';

/** Asks for the deed, and goes on when its outcome is recorded. */
export function runCall(decision: Decision, key: string, task: TaskState, node: CallNode): void {
  if (task.kind !== 'call') throw new Error('broken rule: a call has the state of one');
  if (node.call.type === 'custom') return advanceCustom(decision, key, task, node.call);
  if (task.error !== undefined) throw new Fault(task.error);
  if (task.answered === 'completed') return finish(decision, key);
  // Nobody looks at a task whose deed is under way; a second deed would be the worst that could come of it.
  if (task.effect !== undefined) return;
  const args = new Arguments(placeOf(decision, task), task.input);
  const request = requestOf(node.call, args, decision);
  bound(decision, request, 'the arguments of the call take');
  const keyOf = unknownBefore(decision, task);
  decision.emit({
    type: 'effect.requested',
    ...of(task),
    request,
    ...(keyOf === undefined ? {} : { keyOf }),
    ...(args.secrets.length === 0 ? {} : { secrets: args.secrets }),
    ...(node.unsafe === true ? { unsafe: true } : {}),
  });
}

/** The effect of an earlier attempt at this very call whose outcome nobody knows: its key goes on. */
function unknownBefore(decision: Decision, task: TaskState): number | undefined {
  for (const around of triesAround(decision.state, task)) {
    const effect = around.unknown[callPlace(decision.state, around, task, 1)];
    if (effect !== undefined) return effect;
  }
  return undefined;
}

function requestOf(
  call: Exclude<CallSource, { type: 'custom' }>,
  args: Arguments,
  decision: Decision,
): EffectRequest {
  switch (call.type) {
    case 'function':
      return {
        type: 'function',
        name: call.name,
        input: call.with === undefined ? args.input : args.value(call.with, '/input'),
      };
    case 'http':
      return httpRequest(call, args);
    case 'openapi':
      return openApiRequest(call, args, decision);
    default:
      return unreachable(call);
  }
}

function httpRequest(call: Extract<CallSource, { type: 'http' }>, args: Arguments): EffectRequest {
  const authentication = authenticationOf(call.authentication, args, '/authentication');
  return {
    type: 'http',
    method: args.text(call.method, '/method').toUpperCase(),
    uri: uriOf(call.uri, args, '/uri'),
    ...(call.headers === undefined ? {} : { headers: headersOf(call.headers, args) }),
    ...(call.query === undefined ? {} : { query: members(call.query, args, '/query') }),
    ...(call.body === undefined ? {} : { body: args.value(call.body, '/body') }),
    output: call.output,
    redirect: call.redirect,
    ...(authentication === undefined ? {} : { authentication }),
  };
}

function openApiRequest(
  call: Extract<CallSource, { type: 'openapi' }>,
  args: Arguments,
  decision: Decision,
): EffectRequest {
  const uri = uriOf(call.document, args, '/document/uri');
  const digest = decision.state.pins[uri];
  const documentAuthentication = authenticationOf(
    call.documentAuthentication,
    args,
    '/document/authentication',
  );
  const authentication = authenticationOf(call.authentication, args, '/authentication');
  return {
    type: 'openapi',
    document: {
      uri,
      ...(digest === undefined ? {} : { digest }),
      ...(documentAuthentication === undefined ? {} : { authentication: documentAuthentication }),
    },
    operationId: args.text(call.operationId, '/operationId'),
    parameters: call.parameters === undefined ? {} : members(call.parameters, args, '/parameters'),
    output: call.output,
    redirect: call.redirect,
    ...(authentication === undefined ? {} : { authentication }),
  };
}

function uriOf(source: UriSource, args: Arguments, at: string): string {
  if (source.type === 'template') return expand(source.template, args);
  const { value } = source;
  if (value.type !== 'text') return args.text(value, at);
  // `{x}` is expanded in the text that the author wrote, never in what an expression yields.
  const parts = value.parts.map((part) => (typeof part === 'string' ? expand(part, args) : part));
  return args.text({ ...value, parts }, at);
}

function expand(template: string, args: Arguments): string {
  const expanded = expandTemplate(template, args.input);
  if (!expanded.ok) throw standardFault('expression', expanded.message);
  return expanded.uri;
}

function headersOf(template: Template, args: Arguments): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(members(template, args, '/headers')))
    if (value !== null) headers[name] = asText(value);
  return headers;
}

function members(template: Template, args: Arguments, at: string): { readonly [name: string]: Json } {
  const value = args.value(template, at);
  if (!isJsonObject(value))
    throw standardFault('expression', `${at.slice(1)} is an object of names and values`);
  return value;
}

function authenticationOf(
  source: AuthenticationSource | undefined,
  args: Arguments,
  at: string,
): Extract<EffectRequest, { type: 'http' }>['authentication'] {
  if (source === undefined) return undefined;
  if ('secret' in source) return { scheme: source.scheme, secret: source.secret };
  switch (source.scheme) {
    case 'basic':
    case 'digest':
      return {
        scheme: source.scheme,
        username: args.text(source.username, `${at}/username`),
        password: args.text(source.password, `${at}/password`),
      };
    case 'bearer':
      return { scheme: 'bearer', token: args.text(source.token, `${at}/token`) };
    case 'oauth2':
    case 'oidc':
      return {
        scheme: source.scheme,
        policy: {
          ...members(source.policy, args, `${at}/policy`),
          authority: uriOf(source.authority, args, `${at}/policy/authority`),
        },
      };
    default:
      return unreachable(source);
  }
}

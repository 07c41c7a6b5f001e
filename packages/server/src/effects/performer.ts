import {
  type EffectOutcome,
  type EffectRequest,
  type Json,
  unreachable,
  version,
  type WorkflowError,
} from '@millrace/core';
import type { HttpClient } from '../http-client/http-client.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { EffectContext, Performer } from '../ports/performer.ts';
import type { ResourceReader } from '../ports/resources.ts';
import type { Secrets } from '../ports/secrets.ts';
import { type AuthorizerMemory, createAuthorizer } from './authentication/authorizer.ts';
import { createDigestMemory } from './authentication/digest.ts';
import { createTokenSource } from './authentication/token-source.ts';
import { EffectFault, fault } from './fault.ts';
import { type HostFunction, performFunction } from './function-effect.ts';
import type { Scope } from './http-call.ts';
import { performHttp } from './http-effect.ts';
import { createDocumentSource, type DocumentSource } from './openapi/document-source.ts';
import { performOpenApi } from './openapi/openapi-effect.ts';
import { plainRedactor, type Redactor } from './redactor.ts';
import { createResourceReader } from './resource-reader.ts';
import { withSecretArguments } from './secret-arguments.ts';
import { openSecretReader, type SecretReader } from './secret-reader.ts';

export interface PerformerOptions {
  readonly http: HttpClient;
  readonly secrets: Pick<Secrets, 'get'>;
  /** host functions under the names that workflows call */
  readonly functions: ReadonlyMap<string, HostFunction>;
  /** epoch ms, of the clock that deadlines are set by */
  readonly now: () => number;
  /** where fetched OpenAPI documents are kept under their digest */
  readonly documents: Pick<BlobStore, 'get' | 'put'>;
  /** folder of `file:` and relative URIs in definitions; absent: they are refused */
  readonly resourcesRoot?: string;
  /** absent: `millrace/` and the version of this package */
  readonly userAgent?: string;
}

/** What does deeds, and what reads before any is done: they authenticate with the same tokens. */
export function createPerformer(
  options: PerformerOptions,
): Performer & { readonly resources: ResourceReader } {
  const userAgent = options.userAgent ?? `millrace/${version}`;
  const documents = createDocumentSource(options.documents);
  const memory: AuthorizerMemory = {
    tokens: createTokenSource(options.http, options.now),
    digests: createDigestMemory(),
  };
  const settings: Settings = { ...options, userAgent, memory };
  return {
    perform: (request, context) => perform(request, context, settings, documents),
    resources: createResourceReader({
      ...{ http: options.http, secrets: options.secrets, memory, now: options.now, userAgent },
      ...(options.resourcesRoot === undefined ? {} : { root: options.resourcesRoot }),
    }),
  };
}

type Settings = PerformerOptions & { readonly userAgent: string; readonly memory: AuthorizerMemory };
type Pins = Record<string, string>;

function perform(
  request: EffectRequest,
  context: EffectContext,
  settings: Settings,
  documents: DocumentSource,
): EffectOutcome | Promise<EffectOutcome> {
  const hasSecrets = context.secrets !== undefined && context.secrets.length > 0;
  return request.type === 'function' && !hasSecrets
    ? performPlainFunction(request, context, settings)
    : performWithSecrets(request, context, settings, documents);
}

/** A function whose arguments hold no secret has nothing that must be taken out of what it says. */
function performPlainFunction(
  request: Extract<EffectRequest, { type: 'function' }>,
  context: EffectContext,
  settings: Settings,
): EffectOutcome | Promise<EffectOutcome> {
  try {
    const result = performFunction(request, settings.functions, context, msLeft(context, settings));
    if (!(result instanceof Promise)) return completed(result);
    return result.then(completed, (error: unknown) => failed(error, context, plainRedactor));
  } catch (error) {
    return failed(error, context, plainRedactor);
  }
}

function completed(output: Json): EffectOutcome {
  return { type: 'completed', output };
}

async function performWithSecrets(
  request: EffectRequest,
  context: EffectContext,
  settings: Settings,
  documents: DocumentSource,
): Promise<EffectOutcome> {
  const secrets = openSecretReader(settings.secrets, context.tenant);
  const pins: Pins = {};
  try {
    const output = await attempt(request, context, settings, secrets, documents, pins);
    return { type: 'completed', output, ...pinsOf(pins, secrets) };
  } catch (error) {
    return { ...failed(error, context, secrets.redactor()), ...pinsOf(pins, secrets) };
  }
}

function failed(error: unknown, context: EffectContext, redactor: Redactor): EffectOutcome {
  const found =
    error instanceof EffectFault
      ? error
      : fault('runtime', `The call failed unexpectedly: ${(error as Error).message}`);
  return {
    type: 'failed',
    error: { ...errorOf(redactor.json(found.error)), instance: context.taskPointer },
    ...(found.unknown && { unknown: true as const }),
  };
}

function msLeft(context: EffectContext, settings: Settings): number {
  return context.deadline === undefined ? Number.POSITIVE_INFINITY : context.deadline - settings.now();
}

/** A redacted error: its texts have changed, not its shape. */
function errorOf(told: Json): WorkflowError {
  return told as unknown as WorkflowError;
}

async function attempt(
  recorded: EffectRequest,
  context: EffectContext,
  settings: Settings,
  secrets: SecretReader,
  documents: DocumentSource,
  pins: Pins,
): Promise<Json> {
  const authorize: Scope['authorize'] = (authentication) =>
    createAuthorizer(authentication, context.tenant, secrets, settings.memory);
  const request = context.secrets?.length
    ? await withSecretArguments(recorded, context.secrets, secrets, settings.now, authorize)
    : recorded;
  const { tenant, idempotencyKey, signal } = context;
  const scope: Scope = {
    tenant,
    idempotencyKey,
    signal,
    http: settings.http,
    secrets,
    authorize,
    userAgent: settings.userAgent,
    msLeft: () => msLeft(context, settings),
  };
  switch (request.type) {
    case 'http':
      return performHttp(request, scope);
    case 'openapi':
      return performOpenApi(request, scope, documents, pins);
    case 'function':
      return secrets
        .redactor()
        .json(await performFunction(request, settings.functions, context, scope.msLeft()));
    default:
      return unreachable(request);
  }
}

function pinsOf(pins: Pins, secrets: SecretReader): { readonly pins?: Pins } {
  const entries = Object.entries(pins).map(([uri, digest]) => [secrets.redactor().text(uri), digest]);
  return entries.length === 0 ? {} : { pins: Object.fromEntries(entries) as Pins };
}

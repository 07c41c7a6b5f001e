import type { WorkflowError } from '@millrace/core';
import type { FailureReason, HttpFailure } from '../http-client/network-failure.ts';

/** Kinds of error that the specification names, with the status each has unless a call says better. */
const kinds = {
  configuration: { status: 400, title: 'Configuration Error' },
  validation: { status: 400, title: 'Validation Error' },
  expression: { status: 400, title: 'Expression Error' },
  authorization: { status: 403, title: 'Authorization Error' },
  timeout: { status: 408, title: 'Timeout' },
  communication: { status: 500, title: 'Communication Error' },
  runtime: { status: 500, title: 'Runtime Error' },
} as const;

export type FaultKind = keyof typeof kinds;

const typePrefix = 'https://serverlessworkflow.io/spec/1.0.0/errors/';

/**
 * How a deed ends early, within the performer only: `perform` turns it into a failed outcome. `unknown` says that
 * nobody knows whether the deed was done.
 */
export class EffectFault extends Error {
  readonly error: WorkflowError;
  readonly unknown: boolean;

  constructor(error: WorkflowError, unknown = false) {
    super(error.detail ?? error.title ?? error.type);
    this.name = 'EffectFault';
    this.error = error;
    this.unknown = unknown;
  }
}

export function fault(
  kind: FaultKind,
  detail: string,
  own: { readonly status?: number; readonly title?: string } = {},
): EffectFault {
  const { status, title } = kinds[kind];
  return new EffectFault({
    type: typePrefix + kind,
    status: own.status ?? status,
    title: own.title ?? title,
    detail,
  });
}

/** `deed` false: what failed only prepared the deed, so whatever became of it, the deed was not done. */
export function faultOfHttp(failure: HttpFailure, deed = true): EffectFault {
  const { kind, status } = faultsOfHttp[failure.reason];
  return new EffectFault(
    fault(kind, failure.detail, status === undefined ? {} : { status }).error,
    deed && failure.unknown,
  );
}

const faultsOfHttp: Readonly<Record<FailureReason, { readonly kind: FaultKind; readonly status?: number }>> =
  {
    refused: { kind: 'authorization' },
    'invalid-request': { kind: 'configuration' },
    'request-too-large': { kind: 'communication', status: 413 },
    'response-too-large': { kind: 'communication' },
    'invalid-response': { kind: 'communication' },
    network: { kind: 'communication' },
    timeout: { kind: 'timeout' },
    aborted: { kind: 'runtime' },
  };

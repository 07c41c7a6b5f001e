import { standardErrors, standardType, type WorkflowError } from '@millrace/core';
import type { FailureReason, HttpFailure } from '../http-client/network-failure.ts';

/** A standard error's name; its status stands unless a call says better. */
export type FaultKind = keyof typeof standardErrors;

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
  const { status, title } = standardErrors[kind];
  return new EffectFault({
    type: standardType(kind),
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
    'no-handles': { kind: 'communication' },
    timeout: { kind: 'timeout' },
    aborted: { kind: 'runtime' },
  };

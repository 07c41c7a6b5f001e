import { Courier, type CourierOptions } from '../roles/courier.ts';
import type { Worker } from '../roles/worker.ts';
import type { Definitions } from './definitions.ts';
import type { Reader } from './reader.ts';
import { resolveChild } from './resolve-child.ts';
import type { Schedules } from './schedules.ts';

/** The parts of the process that a courier speaks with. */
interface CourierParts {
  readonly definitions: Definitions;
  readonly worker: Worker;
  readonly reader: Reader;
  readonly schedules: Schedules;
}

export function createCourier(
  options: Omit<CourierOptions, 'submit' | 'state' | 'resolve' | 'runEnded'>,
  { definitions, worker, reader, schedules }: CourierParts,
): Courier {
  return new Courier({
    ...options,
    submit: (tenant, id, command) => worker.submit(tenant, id, command),
    state: (tenant, id) => reader.state(tenant, id),
    resolve: (tenant, workflow) => resolveChild(definitions, tenant, workflow),
    runEnded: (tenant, id, state) => schedules.runEnded(tenant, id, state),
  });
}

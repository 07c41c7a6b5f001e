/** What a process does about limits on how much is under way at once. */
import type { LedgerChange } from '@millrace/core';
import { Admission, type AdmissionOptions } from '../roles/admission.ts';
import { createPlaces, type LimitSettings, type Places } from '../roles/places.ts';
import type { WorkerOptions } from '../roles/worker-options.ts';

/** Undefined: nothing is limited. */
export function placesOf(settings: LimitSettings = {}): Places | undefined {
  return Object.keys(settings).length === 0 ? undefined : createPlaces(settings);
}

/** In one process nobody else says that a place is waited for, or became free. */
export function lookingForPlaces(
  places: Places | undefined,
  look: { readonly admission: () => void; readonly executor: () => void },
): Pick<WorkerOptions, 'places' | 'changed'> {
  if (places === undefined) return {};
  const changed = (changes: readonly LedgerChange[]) => {
    for (const change of changes) {
      if (change.type === 'place' || (change.type === 'remove' && change.row === 'place')) look.admission();
      else if (change.type === 'again') look.executor();
      else if (change.type === 'effect' && places.effectQueue(change.fact.request, '') !== undefined)
        look.executor();
    }
  };
  return { places, changed };
}

/** Between two looks of an admission that is told of what it waits for, as a multiple of those of other roles. */
const hintedSweeps = 3;

/** Where nothing is limited any more, those that wait go on as well. */
export function createAdmission({
  places,
  ...options
}: Omit<AdmissionOptions, 'limits'> & { readonly places: Places | undefined }): Admission {
  const sweepMs = options.sweepMs * (options.store.hints === undefined ? 1 : hintedSweeps);
  return new Admission({ ...options, sweepMs, limits: places?.ofWorkflows ?? [] });
}

import type { ExecutionView } from '../engine/interface.ts';
import type { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';

/** The text that runs, which is not always what is published under its name. A store that lost it shows the rest. */
export async function definitionText(
  api: ApiClient,
  { definition }: ExecutionView,
): Promise<string | undefined> {
  try {
    return (await api.definition(definition)).source;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

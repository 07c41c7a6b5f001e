import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ApiError } from '../api/api-error.ts';
import { api, type StartFrom } from '../api/client.ts';
import type { Example } from './catalog.ts';

/** Publishes an example, starts it, and goes to see it. */
export function useRunExample() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (example: Example) => api.start(await publish(example), example.input),
    onSuccess: async ({ id }) => {
      await navigate({ to: '/executions/$id', params: { id } });
      await queries.invalidateQueries({ queryKey: ['workflows'] });
    },
  });
}

/** When this version is there with another text, the example runs all the same, as it stands here. */
async function publish({ text }: Example): Promise<StartFrom> {
  try {
    const { namespace, name, version } = await api.publish(text);
    return { workflow: { namespace, name, version } };
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return { definition: text };
    throw error;
  }
}

import { useQuery } from '@tanstack/react-query';
import type { Definition } from './definition.ts';

/** A definition that was read; undefined until its reader is loaded. */
export function useDefinition(text: string | undefined): Definition | undefined {
  const read = useQuery({
    queryKey: ['definition', text],
    enabled: text !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    // An object with a function in it: it is not to be compared member by member.
    structuralSharing: false,
    queryFn: async () => {
      const { readDefinition } = await import('./definition.ts');
      return readDefinition(text ?? '');
    },
  });
  return read.data;
}

/** What a workflow uses and this version cannot run yet: accepted when it is read, refused when it is started. */
import type { Source } from '../language/source.ts';
import type { Program } from './program.ts';

/** One sentence for all of them, which refuses a start. */
export function unsupportedMessage(parts: Program['unsupported']): string {
  const named = parts.slice(0, 5).map(({ feature, pointer }) => `${feature} (at ${pointer})`);
  const more = parts.length > 5 ? ` and ${parts.length - 5} more` : '';
  return `the workflow uses what this version cannot run yet: ${named.join(', ')}${more}`;
}

/** A warning for each, with its place in the text that the program was read from. */
export function unsupportedPlaces(
  { unsupported }: Pick<Program, 'unsupported'>,
  source: Pick<Source, 'locate'>,
): readonly {
  readonly pointer: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}[] {
  return unsupported.map(({ pointer, feature }) => ({
    pointer,
    ...source.locate(pointer),
    message: `${feature} cannot be run by this version yet`,
  }));
}

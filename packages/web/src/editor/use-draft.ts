import { useCallback, useRef, useState } from 'react';
import { forgetDraft, keepDraft, keptDraft } from './draft.ts';

/**
 * The text of an editor, kept in the tab while it is not published, so that neither a reload nor a key that the server
 * asks for loses it.
 *
 * @param place names the draft
 * @param initial what is published, or what one begins with
 */
export function useDraft(place: string, initial: string) {
  const [restored] = useState(() => keptDraft(place) !== undefined);
  const [text, show] = useState(() => keptDraft(place) ?? initial);
  const changed = useRef(text !== initial);
  const setText = useCallback(
    (next: string) => {
      show(next);
      changed.current = next !== initial;
      if (changed.current) keepDraft(place, next);
      else forgetDraft(place);
    },
    [place, initial],
  );
  /** Whether leaving would lose something, as of this moment. */
  const isChanged = useCallback(() => changed.current, []);
  /** It is published, or given up: nothing of it is kept or asked about. */
  const close = useCallback(() => {
    changed.current = false;
    forgetDraft(place);
  }, [place]);
  return { text, differs: text !== initial, restored, setText, isChanged, close };
}

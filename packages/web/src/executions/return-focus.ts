/** The row that one comes back to. */
import { type RefObject, useEffect } from 'react';

/** Of the execution that was opened from the list last, until one is back. */
let opened: string | undefined;

/** @param id of the execution whose row was followed */
export function noteOpened(id: string): void {
  opened = id;
}

/** Gives the focus to the row that one left from, unless something else has it. Rows are marked `data-execution`. */
export function useReturnFocus(list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (opened === undefined || document.activeElement !== document.body) return;
    const row = list.current?.querySelector<HTMLElement>(`[data-execution="${CSS.escape(opened)}"]`);
    opened = undefined;
    // Where the page was scrolled to is restored by the router.
    row?.focus({ preventScroll: true });
  }, [list]);
}

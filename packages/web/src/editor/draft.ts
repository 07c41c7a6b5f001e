/** Texts that are not published yet, kept for this tab. */
const storagePrefix = 'millrace.draft:';

/** @param place names the draft: the workflow that is written, or `new` */
export function keptDraft(place: string): string | undefined {
  try {
    return sessionStorage.getItem(storagePrefix + place) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepDraft(place: string, text: string): void {
  try {
    sessionStorage.setItem(storagePrefix + place, text);
  } catch {
    // Storage is forbidden or full: the text lives as long as the page, which asks before it is left.
  }
}

export function forgetDraft(place: string): void {
  try {
    sessionStorage.removeItem(storagePrefix + place);
  } catch {
    // Where it is forbidden nothing was kept.
  }
}

/**
 * Texts that callers choose freely, as PostgreSQL can keep them: it has no U+0000 in texts. U+E000, which is no character,
 * begins an escape: with `0` behind it it is U+0000, and with `1` itself.
 */
export function keptText(text: string): string {
  return text.includes('\0') || text.includes('\ue000')
    ? text.replaceAll('\ue000', '\ue0001').replaceAll('\0', '\ue0000')
    : text;
}

export function shownText(kept: string): string {
  return kept.includes('\ue000')
    ? kept.replaceAll(/\ue000([01])/g, (_, which) => (which === '0' ? '\0' : '\ue000'))
    : kept;
}

/** Keys that work on every page, but not while one types. */
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';

/** A second key counts as the second of a pair for so long. */
const pairMsMax = 1_200;

export function useShortcuts(showHelp: () => void): void {
  const router = useRouter();
  useEffect(() => {
    let goAt = Number.NEGATIVE_INFINITY;
    const places: Readonly<Record<string, string>> = { e: '/', w: '/workflows', s: '/system' };
    const actions: Readonly<Record<string, () => void>> = {
      j: () => moveRow(1),
      k: () => moveRow(-1),
      n: () => follow('[data-older]'),
      p: () => follow('[data-newer]'),
      '/': focusSearch,
      '?': showHelp,
    };
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const place = event.timeStamp - goAt < pairMsMax ? places[event.key] : undefined;
      goAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const action = place === undefined ? actions[event.key] : () => void router.navigate({ to: place });
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [router, showHelp]);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
    target.closest('dialog, [role="menu"]') !== null
  );
}

/** Rows are links and buttons marked `data-row`, so Enter opens the one that has the focus. */
function moveRow(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = at === -1 ? (by === 1 ? 0 : rows.length - 1) : at + by;
  rows[next]?.focus();
  rows[next]?.scrollIntoView({ block: 'nearest' });
}

function follow(link: string): void {
  document.querySelector<HTMLElement>(link)?.click();
}

function focusSearch(): void {
  document.querySelector<HTMLElement>('[data-search]')?.focus();
}

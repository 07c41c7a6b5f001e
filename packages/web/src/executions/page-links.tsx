import { Link, useRouterState } from '@tanstack/react-router';
import { useMessages } from '../app/preferences.ts';
import type { ExecutionsSearch } from '../app/router.tsx';
import { buttonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** cursors of the pages between the first one and this; empty: this is the second */
    trail?: readonly string[];
  }
}

export interface PageLinksProps {
  readonly search: ExecutionsSearch;
  /** cursor of the next page */
  readonly next: string | undefined;
}

/** To older pages by the server's cursor, and back the way one came. */
export function PageLinks({ search, next }: PageLinksProps) {
  const messages = useMessages();
  const trail = useRouterState({ select: ({ location }) => location.state.trail });
  const { cursor, ...first } = search;
  if (cursor === undefined && next === undefined) return null;
  const before = trail?.at(-1);
  return (
    <nav className="mt-4 flex flex-wrap items-center justify-end gap-2" aria-label={messages.pages}>
      {cursor === undefined ? null : (
        <Link to="/" search={first} className={`mr-auto ${buttonClass('quiet')}`}>
          {messages.firstPage}
        </Link>
      )}
      {cursor === undefined || trail === undefined ? null : (
        <>
          <span className="tabular px-2 text-[13px] text-soft">{messages.pageNumber(trail.length + 2)}</span>
          <Link
            to="/"
            data-newer
            search={before === undefined ? first : { ...first, cursor: before }}
            state={before === undefined ? {} : { trail: trail.slice(0, -1) }}
            className={buttonClass()}
          >
            <Icon name="chevronLeft" />
            {messages.previousPage}
          </Link>
        </>
      )}
      {next === undefined ? null : (
        <Link
          to="/"
          data-older
          search={{ ...first, cursor: next }}
          {...(cursor === undefined
            ? { state: { trail: [] } }
            : trail === undefined
              ? {}
              : { state: { trail: [...trail, cursor] } })}
          className={buttonClass()}
        >
          {messages.nextPage}
          <Icon name="chevronRight" />
        </Link>
      )}
    </nav>
  );
}

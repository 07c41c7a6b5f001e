import { useMessages } from '../app/preferences.ts';
import type { RunStore, RunView } from '../run/run-store.ts';
import { Button, IconButton } from '../ui/button.tsx';

/** Looks at the run as it stood after any of its events. */
export function MomentBar({ store, view }: { readonly store: RunStore; readonly view: RunView }) {
  const messages = useMessages();
  const last = view.events.length;
  const moment = view.moment ?? last;
  return (
    <div className="my-3 flex items-center gap-1.5">
      <IconButton
        icon="chevronLeft"
        label={messages.momentEarlier}
        disabled={moment <= 1}
        onClick={() => store.lookAt(moment - 1)}
      />
      <input
        type="range"
        aria-label={messages.moment}
        aria-valuetext={messages.momentOf(moment, last)}
        min={Math.min(1, last)}
        max={last}
        value={moment}
        disabled={last === 0}
        onChange={(event) => store.lookAt(Number(event.target.value))}
        className="h-9 min-w-0 flex-1 accent-accent"
      />
      <IconButton
        icon="chevronRight"
        label={messages.momentLater}
        disabled={view.moment === undefined}
        onClick={() => store.lookAt(moment + 1)}
      />
      <div className="flex h-9 w-36 items-center justify-end sm:w-44">
        {view.moment === undefined ? (
          <span className="tabular pr-1 text-[13px] text-faint">{messages.momentNow}</span>
        ) : (
          <Button
            look="quiet"
            className="!px-2 text-[13px]"
            title={messages.momentText}
            onClick={() => store.lookAt(undefined)}
          >
            <span className="tabular">
              {moment}/{last}
            </span>
            {messages.backToNow}
          </Button>
        )}
      </div>
    </div>
  );
}

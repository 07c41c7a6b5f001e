import { useBlocker } from '@tanstack/react-router';
import { useMessages } from '../app/preferences.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

export interface LeaveDialogProps {
  /** whether leaving would lose something */
  readonly isChanged: () => boolean;
  readonly onLeave: () => void;
}

/** Asks before a page is left whose text is not published; when the tab is closed, the browser asks. */
export function LeaveDialog({ isChanged, onLeave }: LeaveDialogProps) {
  const messages = useMessages();
  const { status, proceed, reset } = useBlocker({
    // A link within the page leads nowhere else.
    shouldBlockFn: ({ current, next }) => isChanged() && current.pathname !== next.pathname,
    enableBeforeUnload: isChanged,
    withResolver: true,
  });
  return (
    <Dialog
      open={status === 'blocked'}
      onClose={() => reset?.()}
      title={messages.leaveTitle}
      text={messages.leaveText}
    >
      <div className="flex flex-wrap justify-end gap-2">
        <Button look="quiet" data-focus-first onClick={() => reset?.()}>
          {messages.leaveStay}
        </Button>
        <Button
          look="destroy"
          onClick={() => {
            onLeave();
            proceed?.();
          }}
        >
          {messages.leaveConfirm}
        </Button>
      </div>
    </Dialog>
  );
}

import { useState } from 'react';
import type { Change } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import type { Messages } from '../messages/messages.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import type { IconName } from '../ui/icon.tsx';
import { ProblemNotice } from '../ui/notice.tsx';

export interface ChangeDialogProps {
  readonly verb: Change;
  readonly busy: boolean;
  readonly problem: unknown;
  /** @param reason empty: none was given */
  readonly onConfirm: (reason: string) => void;
  readonly onClose: () => void;
}

const reasonCharsMax = 1_000;

/** Says what a change does, and takes the reason that is kept with it. */
export function ChangeDialog({ verb, busy, problem, onConfirm, onClose }: ChangeDialogProps) {
  const messages = useMessages();
  const [reason, setReason] = useState('');
  const { title, text, confirm, keep, icon } = textsOf(verb, messages);
  return (
    <Dialog open onClose={onClose} title={title} text={text}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm(reason.trim());
        }}
      >
        <label htmlFor="reason" className="block font-medium">
          {messages.reason}
        </label>
        <input
          id="reason"
          data-focus-first
          autoComplete="off"
          maxLength={reasonCharsMax}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          className="field mt-1.5"
        />
        {problem === null ? null : (
          <div className="mt-3">
            <ProblemNotice problem={problem} />
          </div>
        )}
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            {keep}
          </Button>
          <Button type="submit" look={verb === 'cancel' ? 'destroy' : 'primary'} icon={icon} disabled={busy}>
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface Texts {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly keep: string;
  readonly icon: IconName;
}

function textsOf(verb: Change, messages: Messages): Texts {
  switch (verb) {
    case 'cancel':
      return {
        title: messages.cancelTitle,
        text: messages.cancelText,
        confirm: messages.cancelConfirm,
        keep: messages.cancelKeep,
        icon: 'cross',
      };
    case 'suspend':
      return {
        title: messages.suspendTitle,
        text: messages.suspendText,
        confirm: messages.suspendExecution,
        keep: messages.back,
        icon: 'pause',
      };
    case 'resume':
      return {
        title: messages.resumeTitle,
        text: messages.resumeText,
        confirm: messages.resumeExecution,
        keep: messages.back,
        icon: 'run',
      };
    case 'retry':
      return {
        title: messages.retryTitle,
        text: messages.retryText,
        confirm: messages.retryExecution,
        keep: messages.back,
        icon: 'again',
      };
  }
}

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { keyRefused, setApiKey } from '../api/api-key.ts';
import { useMessages } from '../app/preferences.ts';
import { useSignal } from '../app/use-signal.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

/** Comes up by itself when the server refuses for want of a key. */
export function ApiKeyDialog() {
  const messages = useMessages();
  const queries = useQueryClient();
  const refused = useSignal(keyRefused);
  const [key, setKey] = useState('');
  return (
    <Dialog
      open={refused}
      onClose={() => keyRefused.set(false)}
      title={messages.apiKeyTitle}
      text={messages.apiKeyText}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setApiKey(key.trim());
          void queries.resetQueries();
        }}
      >
        <label className="block font-medium" htmlFor="api-key">
          {messages.apiKeyLabel}
        </label>
        <input
          id="api-key"
          data-focus-first
          type="password"
          autoComplete="off"
          required
          value={key}
          onChange={(event) => setKey(event.target.value)}
          className="field mt-1.5 font-mono"
        />
        <Button type="submit" look="primary" className="mt-4">
          {messages.apiKeyUse}
        </Button>
      </form>
    </Dialog>
  );
}

import { useMessages } from '../app/preferences.ts';
import type { InputError } from './check-input.ts';
import { errorText } from './error-text.ts';

/** All that is wrong with an input, with its places. */
export function ErrorSummary({ errors }: { readonly errors: readonly InputError[] }) {
  const messages = useMessages();
  return (
    <div role="alert">
      {errors.length === 0 ? null : (
        <div className="mt-4 rounded-lg bg-faulted-soft px-4 py-3 text-[13px] text-faulted">
          <p className="font-medium">{messages.inputWrong}</p>
          <ul className="mt-1 grid gap-1">
            {errors.map((error) => (
              <li key={`${error.pointer} ${error.message}`}>
                <code className="font-mono">{error.pointer === '' ? '/' : error.pointer}</code>{' '}
                {errorText(error, messages)}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

/** The errors of a form, told to the fields that they belong to. */
import { createContext, useContext } from 'react';
import { useMessages } from '../app/preferences.ts';
import type { InputError } from './check-input.ts';
import { errorText } from './error-text.ts';

export const FormErrors = createContext<readonly InputError[]>([]);

/**
 * The texts of the errors at a field, each once.
 *
 * @param whole those inside its value as well: it has no fields of its own for them
 */
export function useFieldErrors(pointer: string, whole: boolean): readonly string[] {
  const messages = useMessages();
  const found = useContext(FormErrors).filter(
    (error) => error.pointer === pointer || (whole && error.pointer.startsWith(`${pointer}/`)),
  );
  const texts = found.map((error) => {
    const inside = error.pointer.slice(pointer.length);
    return inside === '' ? errorText(error, messages) : `${inside}: ${errorText(error, messages)}`;
  });
  return [...new Set(texts)];
}

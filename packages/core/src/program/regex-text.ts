import { isEcmaPattern } from '@millrace/jq';

/**
 * Whether a text of a filter is read as a regular expression beside being compared. A dot alone makes none: it stands in
 * nearly every type and source, and `com.example.paid` must not take `com-example-paid`. What is no pattern is a text.
 */
export function mayBeRegex(text: string): boolean {
  return /[\\^$*+?()[\]{}|]/.test(text) && isEcmaPattern(text);
}

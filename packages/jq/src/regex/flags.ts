/** The options of a pattern of Oniguruma; jq's letters in brackets. */
export interface RegexFlags {
  /** Letters match without regard to case, by simple case folding [i]. */
  readonly ignoreCase?: boolean | undefined;
  /** White space and `# comments` in the pattern do not count [x]. */
  readonly extended?: boolean | undefined;
  /** `^` is `\A` and `$` is `\Z` [s]. Always so in jq's syntax, see syntax.ts. */
  readonly singleLine?: boolean | undefined;
  /** Dot matches newlines as well; Oniguruma's MULTILINE. */
  readonly dotAll?: boolean | undefined;
  /** Find the longest of all matches; the leftmost of several [l]. */
  readonly longest?: boolean | undefined;
  /** An empty match does not count [n]. */
  readonly ignoreEmpty?: boolean | undefined;
  /** `perl`, the default, is what jq uses; `oniguruma` has `[a-z&&[^b]]`, `\h`, `\v`, `\uHHHH` and `{,n}` besides. */
  readonly syntax?: 'perl' | 'oniguruma' | undefined;
}

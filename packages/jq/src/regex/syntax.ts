/**
 * What differs between the syntaxes of Oniguruma. jq compiles with ONIG_SYNTAX_PERL_NG (older: PERL_NT) and
 * ONIG_OPTION_CAPTURE_GROUP: see f_match in jq's src/builtin.c and OnigSyntaxPerl_NG in Oniguruma's
 * src/regsyntax.c, whose option bits these fields are named after.
 */
export interface OnigurumaSyntax {
  /**
   * ONIG_OPTION_SINGLELINE: `^` is `\A` and `$` is `\Z` unless (?m) is on. Perl's syntaxes have it on always
   * (onig_reg_init ors the syntax's options in), so jq's flag `s` changes nothing; checked with jq itself:
   * `"a\nb" | test("^b")` is false and `test("(?m)^b")` is true.
   */
  readonly singleLine: boolean;
  /** ONIG_SYN_OP2_OPTION_PERL: (?s) lets dot match newlines and (?m) gives line anchors; else (?m) is about dot. */
  readonly perlOptions: boolean;
  /** ONIG_SYN_ISOLATED_OPTION_CONTINUE_BRANCH: `a(?i)b|c` is `(?:a(?i:b)|(?i:c))`, not `a(?i:b|c)`. */
  readonly isolatedOptionContinuesBranch: boolean;
  /** ONIG_SYN_OP2_CCLASS_SET_OP: classes in classes and `&&`. Without it `[` and `&` are plain members. */
  readonly setOperations: boolean;
  /** ONIG_SYN_OP2_ESC_H_XDIGIT: `\h` and `\H`. Without it they are the letters. */
  readonly hexDigitEscape: boolean;
  /** ONIG_SYN_OP2_ESC_V_VTAB: `\v`. */
  readonly verticalTabEscape: boolean;
  /** ONIG_SYN_OP2_ESC_U_HEX4: `\uHHHH`. */
  readonly unicodeEscape: boolean;
  /** ONIG_SYN_ALLOW_INTERVAL_LOW_ABBREV: `{,n}` is `{0,n}`. Without it, it is literal text. */
  readonly intervalLowAbbreviation: boolean;
  /** ONIG_SYN_OP2_PLUS_POSSESSIVE_INTERVAL: `{n,m}+` gives nothing back. */
  readonly possessiveInterval: boolean;
  /** ONIG_SYN_FIXED_INTERVAL_IS_GREEDY_ONLY: `a{2}?` is `(?:a{2})?`, not lazy. */
  readonly fixedIntervalIsGreedyOnly: boolean;
  /** ONIG_SYN_OP2_ESC_CAPITAL_Q_QUOTE: `\Q...\E`. */
  readonly quote: boolean;
  /** ONIG_SYN_OP2_QMARK_PERL_SUBEXP_CALL: `(?1)`, `(?&name)`, `(?R)`. */
  readonly perlCalls: boolean;
}

/** The syntax of jq's regular expressions. */
export const PERL_NG: OnigurumaSyntax = {
  singleLine: true,
  perlOptions: true,
  isolatedOptionContinuesBranch: true,
  setOperations: false,
  hexDigitEscape: false,
  verticalTabEscape: false,
  unicodeEscape: false,
  intervalLowAbbreviation: false,
  possessiveInterval: true,
  fixedIntervalIsGreedyOnly: false,
  quote: true,
  perlCalls: true,
};

/** Oniguruma's own default syntax, nearly Ruby's. */
export const ONIGURUMA: OnigurumaSyntax = {
  singleLine: false,
  perlOptions: false,
  isolatedOptionContinuesBranch: false,
  setOperations: true,
  hexDigitEscape: true,
  verticalTabEscape: true,
  unicodeEscape: true,
  intervalLowAbbreviation: true,
  possessiveInterval: false,
  fixedIntervalIsGreedyOnly: true,
  quote: false,
  perlCalls: false,
};

import { toJson } from '../json-value.ts';

/** A text that is evaluated: jq between `${` and `}`. */
export type Expression = `\${${string}}`;

/** A value of which any part may be computed. */
export type Computed<T> =
  | Expression
  | (T extends readonly unknown[]
      ? { readonly [K in keyof T]: Computed<T[K]> }
      : T extends object
        ? { readonly [K in keyof T]: Computed<T[K]> }
        : T);

/**
 * An expression of the language. What is put into the template becomes a literal of jq, so that a text with quotes,
 * backslashes or braces is that text and nothing else. Throws `TypeError` for what is not JSON.
 *
 * @example
 * jq`.lines | map(select(.sku == ${sku})) | length` // '${ .lines | map(select(.sku == "A-1")) | length }'
 */
export function jq(source: TemplateStringsArray, ...values: readonly unknown[]): Expression {
  const text = String.raw({ raw: source.raw }, ...values.map((value) => JSON.stringify(toJson(value))));
  return `\${ ${text} }`;
}

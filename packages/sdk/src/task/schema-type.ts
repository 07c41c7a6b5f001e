/**
 * The type of the values that a JSON Schema describes, read off the schema's own type. It knows schemas written in
 * place and those of typebox, which are JSON Schemas with a type. Keywords that say nothing about a type (`minimum`,
 * `pattern`, …) are left to validation; a schema whose type is not known in detail describes `unknown`.
 */
export type SchemaType<S> = S extends true
  ? unknown
  : S extends { readonly '~unsafe': infer T }
    ? T
    : S extends { readonly const: infer C }
      ? C
      : S extends { readonly enum: readonly (infer E)[] }
        ? E
        : S extends { readonly anyOf: readonly (infer A)[] }
          ? Each<A>
          : S extends { readonly oneOf: readonly (infer A)[] }
            ? Each<A>
            : S extends { readonly allOf: readonly [infer First, ...infer Rest] }
              ? SchemaType<First> & SchemaType<{ allOf: Rest }>
              : S extends { readonly type: readonly (infer T)[] }
                ? OfType<T, S>
                : S extends { readonly type: infer T }
                  ? OfType<T, S>
                  : unknown;

/** Distributes over the schemas of a union. */
type Each<S> = S extends unknown ? SchemaType<S> : never;

type OfType<T, S> = T extends 'string'
  ? string
  : T extends 'number' | 'integer'
    ? number
    : T extends 'boolean'
      ? boolean
      : T extends 'null'
        ? null
        : T extends 'array'
          ? ItemsOf<S>
          : T extends 'object'
            ? MembersOf<S>
            : unknown;

type ItemsOf<S> = S extends { readonly prefixItems: infer I extends readonly unknown[] }
  ? { [K in keyof I]: SchemaType<I[K]> }
  : S extends { readonly items: infer I extends readonly unknown[] }
    ? { [K in keyof I]: SchemaType<I[K]> }
    : S extends { readonly items: infer I }
      ? SchemaType<I>[]
      : unknown[];

type MembersOf<S> = S extends { readonly properties: infer P }
  ? Flat<
      { [K in keyof P & RequiredOf<S>]: SchemaType<P[K]> } & {
        [K in Exclude<keyof P, RequiredOf<S>>]?: SchemaType<P[K]>;
      }
    >
  : S extends { readonly patternProperties: infer P }
    ? Record<string, SchemaType<P[keyof P]>>
    : S extends { readonly additionalProperties: infer A extends object }
      ? Record<string, SchemaType<A>>
      : Record<string, unknown>;

type RequiredOf<S> = S extends { readonly required: readonly (infer K)[] } ? K : never;

/** One object type, as an editor shows it best. */
type Flat<T> = { [K in keyof T]: T[K] };

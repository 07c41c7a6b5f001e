import type { WorkflowError } from './errors.ts';
import type { Json, JsonObject } from './json.ts';

/**
 * Credentials of a call. `secret` names an entry of the secret store that holds the scheme's members
 * (`username` and `password`, `token`, or those of the policy); it is resolved by the executor and never recorded.
 */
export type Authentication =
  | { readonly scheme: 'basic' | 'digest'; readonly username: string; readonly password: string }
  | { readonly scheme: 'bearer'; readonly token: string }
  /** the members of an `oauth2` or `oidc` policy as the language has them: where a token comes from */
  | { readonly scheme: 'oauth2' | 'oidc'; readonly policy: JsonObject }
  | { readonly scheme: 'basic' | 'bearer' | 'digest' | 'oauth2' | 'oidc'; readonly secret: string };

/** What a call yields: the parsed content, the bytes in base64, or the whole response. */
export type HttpOutput = 'content' | 'raw' | 'response';

/** A deed, fully evaluated but for its secrets: the executor needs nothing else. */
export type EffectRequest =
  | {
      readonly type: 'http';
      readonly method: string;
      /** absolute, templates expanded, query included */
      readonly uri: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly query?: Readonly<Record<string, Json>>;
      readonly body?: Json;
      readonly output: HttpOutput;
      /** true: a redirect answer is an outcome, not an error */
      readonly redirect: boolean;
      readonly authentication?: Authentication;
    }
  | {
      readonly type: 'openapi';
      readonly document: {
        readonly uri: string;
        /** digest of the document as this execution first read it */
        readonly digest?: string;
        readonly authentication?: Authentication;
      };
      readonly operationId: string;
      readonly parameters: JsonObject;
      readonly output: HttpOutput;
      readonly redirect: boolean;
      readonly authentication?: Authentication;
    }
  | { readonly type: 'function'; readonly name: string; readonly input: Json };

/**
 * An argument that an expression computes from secrets. The executor evaluates the expression `source` over the
 * recorded `input` and `variables` with the real `$secrets` and `$authorization`, and puts the result at `at` in the
 * request. What the credentials are made of does not use `$authorization`.
 */
export interface SecretArgument {
  /** JSON pointer into the effect's request */
  readonly at: string;
  /** the literal and computed parts of the value; one part that is an expression yields its value as it is */
  readonly parts: readonly (string | { readonly jq: string })[];
  readonly input: Json;
  /** the variables that the expressions use, `secrets` and `authorization` apart */
  readonly variables: Readonly<Record<string, Json>>;
}

/** What became of a deed. */
export type EffectOutcome =
  | { readonly type: 'completed'; readonly output: Json; readonly pins?: Readonly<Record<string, string>> }
  | {
      readonly type: 'failed';
      readonly error: WorkflowError;
      /** nobody knows whether the deed was done */
      readonly unknown?: true;
      readonly pins?: Readonly<Record<string, string>>;
    };

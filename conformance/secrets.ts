/** The secrets that scenarios name, gathered before a runtime is started: `Given the secret 'NAME' is:`. */
import { type Feature, FeatureError } from './gherkin.ts';
import type { Value } from './runtime.ts';
import { isEqual, readYaml } from './steps/values.ts';

/** Throws a `FeatureError` where two scenarios give one name two values. */
export function secretsOf(features: readonly Feature[]): Record<string, Value> {
  const secrets: Record<string, Value> = {};
  for (const { file, scenarios } of features) {
    for (const { text, document, line } of scenarios.flatMap(({ steps }) => steps)) {
      const name = /^the secret '([^']+)' is:$/.exec(text)?.[1];
      if (name === undefined || document === undefined) continue;
      const value = readYaml(document.text);
      if (Object.hasOwn(secrets, name) && !isEqual(secrets[name], value))
        throw new FeatureError(file, line, `the secret '${name}' has another value in another scenario`);
      secrets[name] = value;
    }
  }
  return secrets;
}

import { httpTarget } from './http.ts';
import { jqTarget } from './jq.ts';
import { findJqOracle } from './jq-oracle.ts';
import { jsonTarget } from './json.ts';
import type { Target, TargetName } from './target.ts';
import { yamlTarget } from './yaml.ts';

/** Opens what a target needs; `oracle` is the jq to hold ours against (see `findJqOracle`). */
export async function openTarget(name: TargetName, oracle?: string): Promise<Target> {
  switch (name) {
    case 'yaml':
      return yamlTarget();
    case 'json':
      return jsonTarget();
    case 'jq':
      return jqTarget(await findJqOracle(oracle));
    case 'http':
      return httpTarget();
    default:
      return name satisfies never;
  }
}

/**
 * Readers of definitions that are not ours: the specification's JSON schemas, of 1.0.3 and of its main branch, and its
 * TypeScript SDK. They are asked in tests only.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from '@serverlessworkflow/sdk';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import type { Value } from '../runtime.ts';

export interface Oracle {
  readonly name: string;
  /** Whether it takes a definition, given as a value. */
  accepts(definition: Value): boolean;
}

export interface Oracles {
  readonly released: Oracle;
  readonly main: Oracle;
  readonly sdk: Oracle;
}

/** Where the schemas are looked for: beside the repository. */
export const schemasFolder = fileURLToPath(new URL('../../../shared/dsl', import.meta.url));

export function hasSchemas(folder = schemasFolder): boolean {
  return ['schema-1.0.3.yaml', 'schema-main.yaml'].every((name) => existsSync(join(folder, name)));
}

export function openOracles(folder = schemasFolder): Oracles {
  return {
    released: schemaOracle('the schema of 1.0.3', join(folder, 'schema-1.0.3.yaml')),
    main: schemaOracle('the schema of main', join(folder, 'schema-main.yaml')),
    sdk: {
      name: 'the TypeScript SDK',
      accepts(definition) {
        try {
          validate('Workflow', definition as never);
          return true;
        } catch {
          return false;
        }
      },
    },
  };
}

function schemaOracle(name: string, path: string): Oracle {
  const ajv = new Ajv2020({ strict: false, logger: false });
  formats.default(ajv);
  const check: ValidateFunction = ajv.compile(parse(readFileSync(path, 'utf8')));
  return { name, accepts: (definition) => check(definition) === true };
}

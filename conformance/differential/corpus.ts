/** The definitions that differences are looked for in: those of all scenarios, and the official examples. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { examplesFolder } from '../examples.ts';
import { hasOfficialFeatures, officialFeatures, ownFeatures } from '../kit.ts';
import { readFeatures } from '../runner.ts';
import type { Value } from '../runtime.ts';
import { readYaml } from '../steps/values.ts';

export interface CorpusEntry {
  /** where it stands */
  readonly place: string;
  readonly definition: Value;
}

export function readCorpus(): CorpusEntry[] {
  return [...scenarioEntries(), ...exampleEntries()];
}

function scenarioEntries(): CorpusEntry[] {
  const features = readFeatures([ownFeatures, ...(hasOfficialFeatures() ? [officialFeatures] : [])]);
  return features.flatMap(({ file, scenarios }) =>
    scenarios.flatMap(({ steps }) =>
      steps.flatMap(({ text, line, document }) =>
        text.endsWith(' workflow with definition:') && document
          ? entryOf(`${file}:${line}`, document.text)
          : [],
      ),
    ),
  );
}

function exampleEntries(): CorpusEntry[] {
  if (!existsSync(examplesFolder)) return [];
  return readdirSync(examplesFolder).flatMap((name) => {
    const path = join(examplesFolder, name);
    return entryOf(path, readFileSync(path, 'utf8'));
  });
}

/** What is no YAML is read by nobody. */
function entryOf(place: string, text: string): CorpusEntry[] {
  try {
    return [{ place, definition: readYaml(text.replaceAll('<run>', 'run')) }];
  } catch {
    return [];
  }
}

/** Compares the readers over the corpus and over definitions changed at random, and counts. */
import type { Value } from '../runtime.ts';
import { type Comparison, compare } from './compare.ts';
import { readCorpus } from './corpus.ts';
import { mutants } from './mutants.ts';
import type { Oracles } from './oracles.ts';

export interface DifferentialOptions {
  /** definitions changed at random */
  readonly count: number;
  readonly seed: number;
}

export interface Differential {
  readonly written: number;
  readonly changed: number;
  readonly accepted: number;
  /** definitions about which all readers agree */
  readonly agreed: number;
  /** definitions about which they differ, by the reason */
  readonly explained: ReadonlyMap<string, number>;
  readonly unexplained: readonly string[];
}

export function runDifferential(oracles: Oracles, { count, seed }: DifferentialOptions): Differential {
  const corpus = readCorpus();
  const explained = new Map<string, number>();
  const unexplained: string[] = [];
  let accepted = 0;
  let agreed = 0;
  const look = (definition: Value, place: string) => {
    const found: Comparison = compare(definition, oracles);
    if (found.accepted) accepted += 1;
    if (found.unexplained !== undefined)
      unexplained.push(`${place}: ${found.unexplained}: ${JSON.stringify(definition)}`);
    else if (found.explained.length === 0) agreed += 1;
    for (const id of found.explained) explained.set(id, (explained.get(id) ?? 0) + 1);
  };
  for (const { place, definition } of corpus) look(definition, place);
  const changed = mutants(
    corpus.map(({ definition }) => definition),
    seed,
  );
  for (let index = 0; index < count; index++) {
    const next = changed.next();
    if (!next.done) look(next.value, `changed definition ${index} of seed ${seed}`);
  }
  return { written: corpus.length, changed: count, accepted, agreed, explained, unexplained };
}

export function tellDifferential(of: Differential): string {
  const number = (value: number) => value.toLocaleString('en');
  const differing = of.written + of.changed - of.agreed - of.unexplained.length;
  return (
    `${number(of.written)} definitions as they are written, and ${number(of.changed)} changed at random: all readers ` +
    `agree about ${number(of.agreed)}, and differ for a listed reason about ` +
    `${number(differing)}; ${number(of.accepted)} are valid. Differences without a reason: ${of.unexplained.length}.`
  );
}

/**
 * Reads feature files: the part of Gherkin that the specification's kit uses, with tags and outlines. A feature has
 * scenarios, a scenario has steps, a step may carry a document between two lines of `"""`. An outline is one scenario
 * for each row of its examples. Backgrounds and rules are refused, so that nothing is left out in silence.
 */
import { expandOutline, type Row, readRow } from './outline.ts';

export interface Feature {
  readonly name: string;
  /** where it was read, for reports */
  readonly file: string;
  readonly scenarios: readonly Scenario[];
}

export interface Scenario {
  readonly name: string;
  readonly line: number;
  /** without their `@`: those of its feature, then its own */
  readonly tags: readonly string[];
  readonly steps: readonly Step[];
}

export interface Step {
  /** `And` and `But` bear the keyword of the step before */
  readonly keyword: 'Given' | 'When' | 'Then';
  readonly text: string;
  readonly line: number;
  readonly document?: StepDocument;
}

export interface StepDocument {
  /** as written behind the opening quotes, such as `yaml`; empty when nothing is */
  readonly mediaType: string;
  /** without the indentation that its opening quotes have */
  readonly text: string;
}

/** A feature file that cannot be read, with its place. */
export class FeatureError extends Error {
  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
    this.name = 'FeatureError';
  }
}

/** Reads a feature file; throws a `FeatureError` at the first line that it does not understand. */
export function readFeature(text: string, file: string): Feature {
  const reader = new FeatureReader(text, file);
  return reader.read();
}

/** A scenario that is being read; `rows` are the examples of an outline, the first its head. */
interface Draft extends Scenario {
  readonly steps: Step[];
  readonly rows?: Row[];
}

class FeatureReader {
  readonly #lines: readonly string[];
  readonly #file: string;
  readonly #scenarios: Draft[] = [];
  #featureTags: readonly string[] = [];
  #tags: string[] = [];
  #at = 0;
  #name: string | undefined;

  constructor(text: string, file: string) {
    this.#lines = text.split(/\r?\n/);
    this.#file = file;
  }

  read(): Feature {
    while (this.#at < this.#lines.length) {
      this.#readLine((this.#lines[this.#at] ?? '').trim());
      this.#at += 1;
    }
    if (this.#name === undefined) throw this.#error('expected a line `Feature: …`');
    if (this.#tags.length > 0) throw this.#error('expected a scenario after its tags');
    return {
      name: this.#name,
      file: this.#file,
      scenarios: this.#scenarios.flatMap((each) => this.#finish(each)),
    };
  }

  #readLine(line: string): void {
    if (line === '' || line.startsWith('#')) return;
    const [keyword, rest] = splitKeyword(line);
    if (line.startsWith('@')) this.#readTags(line);
    else if (keyword === 'Feature' && this.#name === undefined) this.#startFeature(rest);
    else if (keyword === 'Scenario' || keyword === 'Example') this.#startScenario(rest, false);
    else if (keyword === 'Scenario Outline') this.#startScenario(rest, true);
    else if (keyword === 'Examples') this.#startExamples();
    else if (line.startsWith('|')) this.#addRow(line);
    else if (isStepKeyword(keyword)) this.#addStep(keyword, rest);
    else if (line.startsWith('"""')) this.#attachDocument(line);
    // A feature is introduced in free words, up to its first scenario.
    else if (this.#name === undefined || this.#scenarios.length > 0)
      throw this.#error(`expected a step, found \`${line}\``);
    else if (/^(Background|Rule):/.test(line)) throw this.#error(`\`${line}\` is not understood here`);
  }

  #readTags(line: string): void {
    const tags = line.replace(/\s#.*$/, '').split(/\s+/);
    if (tags.some((tag) => !/^@[^@\s]+$/.test(tag))) throw this.#error(`expected tags, found \`${line}\``);
    this.#tags.push(...tags.map((tag) => tag.slice(1)));
  }

  #takeTags(): string[] {
    const tags = this.#tags;
    this.#tags = [];
    return tags;
  }

  #startFeature(name: string): void {
    this.#name = name;
    this.#featureTags = this.#takeTags();
  }

  #startScenario(name: string, isOutline: boolean): void {
    if (this.#name === undefined) throw this.#error('expected `Feature: …` before the first scenario');
    const tags = [...this.#featureTags, ...this.#takeTags()];
    this.#scenarios.push({ name, line: this.#at + 1, tags, steps: [], ...(isOutline ? { rows: [] } : {}) });
  }

  #startExamples(): void {
    const scenario = this.#scenarios.at(-1);
    if (!scenario?.rows || scenario.rows.length > 0)
      throw this.#error('`Examples:` belong to an outline, once');
    if (this.#tags.length > 0) throw this.#error('examples have no tags here');
  }

  #addRow(line: string): void {
    const rows = this.#scenarios.at(-1)?.rows;
    if (!rows) throw this.#error('a table belongs to the examples of an outline');
    const row = readRow(line, this.#at + 1);
    if (row.cells.length !== (rows[0]?.cells ?? row.cells).length)
      throw this.#error('this row has another number of cells than the first');
    rows.push(row);
  }

  #finish(draft: Draft): readonly Scenario[] {
    const { rows, ...scenario } = draft;
    if (rows === undefined) return [scenario];
    if (rows.length < 2) throw new FeatureError(this.#file, draft.line, 'this outline has no examples');
    return expandOutline(scenario, rows);
  }

  #addStep(keyword: string, text: string): void {
    const scenario = this.#scenarios.at(-1);
    if (!scenario) {
      // Free words of the introduction may begin like a step.
      if (this.#name !== undefined) return;
      throw this.#error('expected `Scenario: …` before the first step');
    }
    const before = scenario.steps.at(-1)?.keyword;
    const kind = keyword === 'And' || keyword === 'But' ? before : keyword;
    if (kind !== 'Given' && kind !== 'When' && kind !== 'Then')
      throw this.#error(`\`${keyword}\` has no step before it`);
    scenario.steps.push({ keyword: kind, text, line: this.#at + 1 });
  }

  /** Reads up to the closing quotes. What stands behind them on their line is the next line. */
  #attachDocument(opening: string): void {
    const steps = this.#scenarios.at(-1)?.steps;
    const step = steps?.at(-1);
    if (!steps || !step || step.document) throw this.#error('a document must follow its step');
    const start = this.#at;
    const indentation = (this.#lines[start] ?? '').search(/\S/);
    const body: string[] = [];
    for (this.#at += 1; ; this.#at += 1) {
      const line = this.#lines[this.#at];
      if (line === undefined)
        throw new FeatureError(this.#file, start + 1, 'this document has no closing `"""`');
      if (line.trim().startsWith('"""')) break;
      body.push(line.slice(Math.min(indentation, Math.max(line.search(/\S/), 0))));
    }
    steps[steps.length - 1] = {
      ...step,
      document: { mediaType: opening.slice(3).trim(), text: `${body.join('\n')}\n` },
    };
    const trailing = (this.#lines[this.#at] ?? '').trim().slice(3).trim();
    if (trailing !== '') this.#readLine(trailing);
  }

  #error(message: string): FeatureError {
    return new FeatureError(this.#file, this.#at + 1, message);
  }
}

function isStepKeyword(keyword: string): boolean {
  return ['Given', 'When', 'Then', 'And', 'But'].includes(keyword);
}

/** `Scenario: a name` → its keyword and name; `Given a thing` → its keyword and text. */
function splitKeyword(line: string): [string, string] {
  const match =
    /^(Feature|Scenario Outline|Scenario|Examples|Example): *(.*)$/.exec(line) ??
    /^(Given|When|Then|And|But) +(.*)$/.exec(line);
  return match ? [match[1] ?? '', match[2] ?? ''] : ['', line];
}

/** Outlines: a scenario with `<name>` in its texts, once for each row of its examples. */
import type { Scenario, Step } from './gherkin.ts';

export interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** `| a | b |`; `\|` is a bar within a cell. */
export function readRow(line: string, at: number): Row {
  const cells = line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/);
  return { line: at, cells: cells.map((cell) => cell.trim().replaceAll('\\|', '|')) };
}

/** One scenario for each row below the head. What no column is named after stays as it is. */
export function expandOutline(outline: Scenario, rows: readonly Row[]): Scenario[] {
  const [head, ...examples] = rows;
  return examples.map(({ line, cells }) => {
    const values = new Map((head?.cells ?? []).map((name, index) => [name, cells[index] ?? '']));
    const fill = (text: string) =>
      text.replaceAll(/<([^<>\n]+)>/g, (whole, name: string) => values.get(name) ?? whole);
    const name = fill(outline.name);
    return {
      ...outline,
      name: name === outline.name ? `${name} (${cells.join(', ')})` : name,
      line,
      steps: outline.steps.map((step) => fillStep(step, fill)),
    };
  });
}

function fillStep(step: Step, fill: (text: string) => string): Step {
  const { document } = step;
  return {
    ...step,
    text: fill(step.text),
    ...(document === undefined ? {} : { document: { ...document, text: fill(document.text) } }),
  };
}

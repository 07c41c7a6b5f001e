/** Rules that a run has broken, the first of each kind: code under test cannot swallow them. */
export class Violations {
  readonly found: string[] = [];

  /** Notes a broken rule. */
  add(rule: string, detail: string): void {
    this.found.push(`${rule}: ${detail}`);
  }

  /** Notes a broken rule unless `holds`. */
  expect(holds: boolean, rule: string, detail: () => string): void {
    if (!holds) this.add(rule, detail());
  }

  get any(): boolean {
    return this.found.length > 0;
  }
}

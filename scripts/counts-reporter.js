/** A vitest reporter: writes the counts of a run to the file it was told, and says what was measured and skipped. */
import { writeFileSync } from 'node:fs';

export default class CountsReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      // A file that does not load has no tests that could fail.
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) countTest(test, counts);
    }
    const file = process.env.TEST_COUNTS_FILE;
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}

function countTest(test, counts) {
  const result = test.result();
  for (const { message } of test.annotations()) console.log(`measured: ${message}`);
  if (result.state === 'pending') counts.failed += 1;
  else counts[result.state] += 1;
  if (result.state === 'skipped') {
    console.log(`skipped: ${test.fullName}${result.note ? ` (${result.note})` : ''}`);
  }
}

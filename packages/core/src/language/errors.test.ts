import { describe, expect, it } from 'vitest';
import { sameErrorType, standardErrorOf, standardErrors, standardType } from './errors.ts';

describe('the standard errors', () => {
  it('have the status that the specification gives them', () => {
    const statuses = Object.values(standardErrors).map(({ name, status }) => [name, status]);
    expect(Object.fromEntries(statuses)).toEqual({
      configuration: 400,
      validation: 400,
      expression: 400,
      authentication: 401,
      authorization: 403,
      timeout: 408,
      communication: 500,
      runtime: 500,
    });
  });

  it.each([
    'https://serverlessworkflow.io/spec/1.0.0/errors/timeout',
    'http://serverlessworkflow.io/spec/1.0.0/errors/timeout/',
    'https://serverlessworkflow.io.io/spec/1.0.0/errors/timeout',
    'https://serverlessworkflow.io/dsl/errors/types/timeout',
    'https://open-workflow-specification.org/spec/1.0.0/errors/timeout',
    'https://open-workflow-specification.org/dsl/errors/types/timeout',
  ])('%s means a timeout', (type) => {
    expect(sameErrorType(type, standardType('timeout'))).toBe(true);
    expect(sameErrorType(type, standardType('runtime'))).toBe(false);
  });

  it('are not what other types look like', () => {
    expect(standardErrorOf('https://serverlessworkflow.io/spec/1.0.0/errors/constructor')).toBeUndefined();
    expect(standardErrorOf('https://evil.io/spec/1.0.0/errors/timeout')).toBeUndefined();
    expect(sameErrorType('https://a.io/timeout', 'https://a.io/timeout/')).toBe(false);
    expect(sameErrorType('https://a.io/timeout', 'https://a.io/timeout')).toBe(true);
  });
});

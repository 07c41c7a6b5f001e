import { MillraceApiError, type Problem } from '../errors.ts';

const detailCharsMax = 500;

/** The error that an answer tells: its problem document, or its status when something else than Millrace answered. */
export async function toApiError(response: Response): Promise<MillraceApiError> {
  const text = await response.text();
  return new MillraceApiError(
    parseProblem(response, text) ?? {
      type: 'about:blank',
      title: response.statusText || `HTTP status ${response.status}`,
      status: response.status,
      // A page of markup says nothing to a program.
      ...(isPlain(response) && text !== '' ? { detail: text.slice(0, detailCharsMax) } : {}),
    },
  );
}

function parseProblem(response: Response, text: string): Problem | undefined {
  if (!/\bapplication\/problem\+json\b/.test(response.headers.get('content-type') ?? '')) return undefined;
  try {
    const problem: unknown = JSON.parse(text);
    return isProblem(problem) ? problem : undefined;
  } catch {
    return undefined;
  }
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  const { type, title, status, errors = [] } = value as Partial<Problem>;
  return (
    typeof type === 'string' &&
    typeof title === 'string' &&
    typeof status === 'number' &&
    Array.isArray(errors)
  );
}

function isPlain(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/plain') === true;
}

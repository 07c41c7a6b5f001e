/** Waits for an answer, but not for ever: rejects when it has not come in time. What was asked goes on. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${ms} ms`)), ms);
  const given = new Promise<never>((_, reject) =>
    late.signal.addEventListener('abort', () => reject(late.signal.reason)),
  );
  return Promise.race([promise, given]).finally(() => clearTimeout(timer));
}

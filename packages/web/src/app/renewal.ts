/** Between two looks for a server that is away. */
const pauseMs = 1_000;

/**
 * Loads the page anew as soon as its server answers: where it is away a browser would show its own page of errors in the
 * place of this one, and stay there. Asked again meanwhile, it goes on waiting.
 */
export function createRenewal(): () => Promise<void> {
  let waiting: Promise<void> | undefined;
  return () => (waiting ??= untilServed().then(() => location.reload()));
}

async function untilServed(): Promise<void> {
  while (!(await isServed())) await new Promise((resolve) => setTimeout(resolve, pauseMs));
}

async function isServed(): Promise<boolean> {
  try {
    const headers = { accept: 'text/html' };
    return (
      await fetch(location.pathname, { method: 'HEAD', headers, cache: 'no-store', credentials: 'omit' })
    ).ok;
  } catch {
    return false;
  }
}

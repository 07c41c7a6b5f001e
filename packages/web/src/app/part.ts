import { unreachable } from '../api/api-error.ts';

/** How browsers say that a module did not come. */
const notFetched = /dynamically imported module|importing a module script/i;

/**
 * A part of the pages that is loaded when it is needed. Where the server is away that is said in the words of the pages,
 * and not in those by which the router knows it, and reloads: a browser would then show its own page of errors.
 */
export function part<M>(load: () => Promise<M>): () => Promise<M> {
  return () =>
    load().catch((error: unknown) => {
      throw error instanceof Error && notFetched.test(error.message) ? unreachable(error) : error;
    });
}

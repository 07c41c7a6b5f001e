/**
 * Questions of one tick, asked together: of 64 executions that move together each would ask for itself, and a statement
 * costs more than what it finds. What is asked later is never answered from an earlier statement.
 */

/** Gathers questions, no more than `questionsMax` to a statement. `ask` answers in their order. */
export function together<Q, A>(
  ask: (questions: readonly Q[]) => Promise<readonly A[]>,
  questionsMax: number,
): (question: Q) => Promise<A> {
  let gathered: Waiting<Q, A>[] = [];
  const send = () => {
    const all = gathered;
    gathered = [];
    for (let from = 0; from < all.length; from += questionsMax)
      void answer(ask, all.slice(from, from + questionsMax));
  };
  return (question) =>
    new Promise((resolve, reject) => {
      gathered.push({ question, resolve, reject });
      if (gathered.length === 1) setImmediate(send);
    });
}

/** Asks once for all who ask the same in one tick. */
export function onceForAll<A>(): (key: string, ask: () => Promise<A>) => Promise<A> {
  const pending = new Map<string, Promise<A>>();
  return (key, ask) => {
    const known = pending.get(key);
    if (known !== undefined) return known;
    const asked = new Promise<A>((resolve, reject) => {
      setImmediate(() => {
        pending.delete(key);
        ask().then(resolve, reject);
      });
    });
    pending.set(key, asked);
    return asked;
  };
}

interface Waiting<Q, A> {
  readonly question: Q;
  resolve(answer: A): void;
  reject(error: unknown): void;
}

async function answer<Q, A>(
  ask: (questions: readonly Q[]) => Promise<readonly A[]>,
  waiting: readonly Waiting<Q, A>[],
): Promise<void> {
  try {
    const answers = await ask(waiting.map(({ question }) => question));
    for (const [at, { resolve }] of waiting.entries()) resolve(answers[at] as A);
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}

/**
 * A question whose answer takes the longer the more is stored, asked by whoever reads metrics: at each process, every few
 * seconds. One that took long is not asked again for many times as long, so that it keeps the database busy for a part of the
 * time only, however much there is.
 */
export interface SeldomOptions {
  /** an answer that came sooner is not kept */
  readonly slowMs: number;
  /** for how many times as long as it took an answer is kept */
  readonly restFactor: number;
  readonly keptMsMax: number;
  /** ms that only grow */
  readonly elapsed: () => number;
}

export const seldomDefaults: SeldomOptions = {
  slowMs: 1_000,
  restFactor: 20,
  keptMsMax: 300_000,
  elapsed: () => performance.now(),
};

/** Asks for a key, or answers from before. An error is not kept. */
export function seldom<K, A>(
  ask: (key: K) => Promise<A>,
  { slowMs, restFactor, keptMsMax, elapsed }: SeldomOptions = seldomDefaults,
): (key: K) => Promise<A> {
  let last: { readonly key: K; readonly answer: Promise<A>; readonly until: () => number } | undefined;
  return (key) => {
    if (last?.key === key && elapsed() < last.until()) return last.answer;
    const begun = elapsed();
    let ended: number | undefined;
    const until = () => {
      // While it is under way, and has been for long, others wait for the same answer.
      if (ended === undefined) return elapsed() - begun < slowMs ? 0 : Number.POSITIVE_INFINITY;
      const took = ended - begun;
      return took < slowMs ? 0 : ended + Math.min(keptMsMax, took * restFactor);
    };
    const answer = ask(key);
    const own = { key, answer, until };
    last = own;
    answer.then(
      () => (ended = elapsed()),
      () => {
        if (last === own) last = undefined;
      },
    );
    return answer;
  };
}

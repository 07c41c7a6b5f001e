/** Functions that run in the page that is measured: each is sent there as text, and stands on its own. */

/** Notes at the document's root when something that fits `selector` was first painted, in ms since the navigation. */
export function notePaint(selector) {
  const look = () => {
    if (document.querySelector(selector) === null) requestAnimationFrame(look);
    // The frame that has it is on the screen when the next one begins.
    else
      requestAnimationFrame(() => {
        document.documentElement.dataset.paintedAt = String(performance.now());
      });
  };
  look();
}

/**
 * Clicks what fits `click`, and answers the ms until something that fits `shown` is painted and nothing is left that
 * fits `gone`.
 */
export function clickToPaint({ click, shown, gone }) {
  return new Promise((resolve, reject) => {
    const target = document.querySelector(click);
    if (target === null) return reject(new Error(`nothing fits ${click}`));
    const from = performance.now();
    target.click();
    const look = () => {
      const done = document.querySelector(shown) !== null && (!gone || document.querySelector(gone) === null);
      if (!done) requestAnimationFrame(look);
      else requestAnimationFrame(() => resolve(performance.now() - from));
    };
    look();
  });
}

/**
 * Watches a number at the end of what fits `selector` until it has not grown for `quietMs`; answers each number that
 * was shown, with the epoch ms at which it was on the screen.
 */
export function watchNumber({ selector, quietMs }) {
  return new Promise((resolve) => {
    const seen = [];
    let last = read();
    let changedAt = performance.now();
    function read() {
      return Number((document.querySelector(selector)?.textContent ?? '').replace(/\D/g, ''));
    }
    const look = () => {
      const number = read();
      if (number > last) {
        last = number;
        changedAt = performance.now();
        requestAnimationFrame(() => seen.push({ number, at: performance.timeOrigin + performance.now() }));
      }
      if (performance.now() - changedAt < quietMs) requestAnimationFrame(look);
      else resolve(seen);
    };
    look();
  });
}

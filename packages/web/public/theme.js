// Runs before the first paint, so that a dark page never flashes white. The pages change the theme later by the same
// two steps (`app/preferences.ts`).
(() => {
  let chosen = 'system';
  try {
    chosen = localStorage.getItem('millrace.theme') || 'system';
  } catch {
    // Storage can be forbidden; the system's theme is shown then.
  }
  const dark =
    chosen === 'dark' || (chosen === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();

/** `npm start`: installs what is missing, builds what is stale, and serves in the foreground. */

if (process.env.npm_lifecycle_event !== undefined) stopWithShell();
process.argv.splice(2, 0, 'start');
await import('./millrace.js');

/** npm hands SIGTERM to the shell that it started us in; the shell dies of it and tells nobody. */
function stopWithShell() {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 200);
  watch.unref();
}

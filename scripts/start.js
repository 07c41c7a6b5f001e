/** `npm start`: installs what is missing, builds what is stale, and serves in the foreground. */
process.argv.splice(2, 0, 'start');
await import('./millrace.js');

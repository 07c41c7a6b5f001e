/** Where the program begins. */
import { runCli } from './cli.ts';
import { processIo } from './io.ts';

// A reader that closes early (`millrace jq . | head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), processIo());

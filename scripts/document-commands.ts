/** The part of docs/cli.md that is written from the table of commands. */
import { commands } from '../packages/server/src/cli/commands.ts';
import { fillBetween, toCell } from './document-parts.ts';

/** The page with its list of commands as the code has them now. */
export function fillCommands(page: string): string {
  const rows = Object.values(commands).map(
    // What stands in code needs no other escape than that of the bar.
    ({ usage, summary }) => `| \`${usage.replaceAll('|', '\\|')}\` | ${toCell(summary)} |`,
  );
  return fillBetween(page, 'commands', `| Command | What it does |\n|---|---|\n${rows.join('\n')}\n`);
}

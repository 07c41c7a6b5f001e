/** The part of docs/operating.md that is written from the table of settings. */
import { formatBytes, formatDuration } from '../packages/server/src/config/quantity.ts';
import {
  type Setting,
  settingNames,
  settingTable,
  variableOf,
} from '../packages/server/src/config/settings.ts';
import { fillBetween, toCell } from './document-parts.ts';

/** The page with its table of settings as the code has them now. */
export function fillSettings(page: string): string {
  const rows = settingNames.map((name) => {
    const { aliases = [], description, ...setting } = settingTable[name];
    const names = [variableOf(name), ...aliases].map((each) => `\`${each}\``).join(', ');
    return `| ${names} | ${defaultOf(setting)} | ${toCell(description)} |`;
  });
  return fillBetween(page, 'settings', `| Setting | Default | |\n|---|---|---|\n${rows.join('\n')}\n`);
}

function defaultOf({ default: usual, derived, form }: Omit<Setting, 'description'>): string {
  if (usual === undefined) return toCell(derived ?? '');
  if (form === 'bytes') return formatBytes(Number(usual));
  if (form === 'duration') return formatDuration(Number(usual));
  if (Array.isArray(usual))
    return usual.length === 0 ? 'none' : usual.map((each) => `\`${each}\``).join(', ');
  if (usual === '' || (typeof usual === 'object' && Object.keys(usual ?? {}).length === 0)) return 'none';
  return `\`${String(usual)}\``;
}

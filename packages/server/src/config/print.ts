/** The settings for people: `millrace config`, the flags of `millrace help start`, and `.env.example`. */
import { withoutPassword } from '../without-password.ts';
import { formatBytes, formatDuration } from './quantity.ts';
import { describe, type ResolvedConfig } from './resolve.ts';
import { flagOf, type SettingName, settingNames, settingTable, variableOf } from './settings.ts';

/** Every setting with its value (secrets masked), where it came from and what it is for. */
export function printConfig(config: ResolvedConfig): string {
  return settingNames
    .map((name) => {
      const source = config.sources[name];
      const from = source.type === 'default' ? 'default' : describe(source, name);
      const value = `${name} = ${printValue(name, config.settings[name])}`;
      return `${value}\n    from ${from}. ${settingTable[name].description}\n    ${variableOf(name)}, --${flagOf(name)}\n`;
    })
    .join('\n');
}

/** The same for programs: `[{name, value, source, variable, flag, description}]`, secrets masked. */
export function configToJson(config: ResolvedConfig): unknown {
  return settingNames.map((name) => ({
    name,
    value: settingTable[name].secret ? mask(config.settings[name]) : shown(config.settings[name]),
    source: config.sources[name],
    variable: variableOf(name),
    flag: `--${flagOf(name)}`,
    description: settingTable[name].description,
  }));
}

/** The content of `.env.example`: every variable, commented out, with its default and meaning. */
export function printEnvironmentExample(): string {
  const head = [
    '# Settings of Millrace as environment variables. Flags are stronger, millrace.yaml is weaker;',
    '# `millrace config` prints what holds, and where it came from.',
    '',
  ];
  const entries = settingNames.flatMap((name) => {
    const { description, derived, aliases, default: value } = settingTable[name];
    const also = aliases === undefined ? '' : ` Also read from ${aliases.join(', ')}.`;
    const rule = derived === undefined ? '' : ` Default: ${derived}.`;
    return [
      `# ${description}${rule}${also}`,
      `#${variableOf(name)}=${derived === undefined ? toText(value) : ''}`,
      '',
    ];
  });
  const secret = '# A secret that workflows read as $secrets.payment_key; any name.';
  return [...head, ...entries, secret, '#MILLRACE_SECRET_PAYMENT_KEY=', ''].join('\n');
}

/** One line a flag, for help texts. */
export function printFlags(names: readonly SettingName[] = settingNames): string {
  const width = Math.max(...names.map((name) => flagOf(name).length)) + 4;
  return names
    .map((name) => {
      const { default: value, derived, description } = settingTable[name];
      const shown = derived ?? printValue(name, value);
      return `  ${`--${flagOf(name)}`.padEnd(width)}${description} [${shown}]`;
    })
    .join('\n');
}

function printValue(name: SettingName, value: unknown): string {
  const setting = settingTable[name];
  if (setting.secret) return mask(value);
  if (setting.form === 'duration' && typeof value === 'number') return formatDuration(value);
  if (setting.form === 'bytes' && typeof value === 'number') return formatBytes(value);
  return toText(value) === '' ? '(none)' : toText(shown(value));
}

/** The address of a store has a password in it. */
function shown(value: unknown): unknown {
  return typeof value === 'string' ? withoutPassword(value) : value;
}

function mask(value: unknown): string {
  return Array.isArray(value) && value.length > 0 ? `*** (${value.length})` : '(none)';
}

function toText(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
}

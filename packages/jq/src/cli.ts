/** The jq command as a function: no files, no processes, no environment of its own. */
import { JqError, JqHalt, JqSyntaxError } from './errors.ts';
import { compile, type Filter } from './filter.ts';
import { type Json, setKey } from './values/json.ts';
import { parseJsonSequence } from './values/parse.ts';
import { type PrintOptions, print, stringify } from './values/print.ts';

export interface JqIo {
  /** All of the standard input. Called at most once. */
  readonly stdin: () => string;
  readonly write: (text: string) => void;
  readonly error: (text: string) => void;
  /** Seconds since 1970, for `now`. */
  readonly now?: () => number;
  /** What `env` shows. */
  readonly env?: Readonly<Record<string, string>>;
}

const USAGE = `Usage: jq [options] FILTER
Reads JSON from the standard input and prints the outputs of FILTER.

  -n, --null-input      run once with null; input and inputs read the standard input
  -R, --raw-input       each line of the input is a string
  -s, --slurp           all inputs in one array (with -R: one string)
  -r, --raw-output      print strings without quotes
  -j, --join-output     like -r, without line ends
  -a, --ascii-output    escape all other characters than ASCII
  -c, --compact-output  one line for each output
  -S, --sort-keys       print objects with sorted keys
      --tab             indent by tabs
      --indent N        indent by N spaces (0 to 7)
  -e, --exit-status     exit with 1 if the last output is false or null, 4 if there is none
      --arg NAME VALUE      $NAME is the string VALUE
      --argjson NAME JSON   $NAME is the value JSON
      --args                further arguments are strings in $ARGS.positional
      --jsonargs            further arguments are JSON in $ARGS.positional
  -h, --help            this text
`;

const EXIT = { ok: 0, falsy: 1, usage: 2, compile: 3, noOutput: 4, runtime: 5 } as const;

interface Settings {
  filter: string | undefined;
  nullInput: boolean;
  rawInput: boolean;
  slurp: boolean;
  raw: boolean;
  join: boolean;
  ascii: boolean;
  sortKeys: boolean;
  exitStatus: boolean;
  indent: string | undefined;
  help: boolean;
  readonly named: Map<string, Json>;
  readonly positional: Json[];
}

class UsageError extends Error {}

/** The standard input is not JSON. */
class InputError extends Error {}

/**
 * Runs the jq command. Answers its exit code: 0, 1 and 4 with `-e`, 2 usage, 3 the filter does not compile, 5 an
 * error while it runs; or what `halt_error` says.
 */
export function runJq(args: readonly string[], io: JqIo): number {
  try {
    const settings = readArguments(args);
    if (settings.help) {
      io.write(USAGE);
      return EXIT.ok;
    }
    return run(settings, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.error(`jq: error: ${error.message}\n${USAGE}`);
      return EXIT.usage;
    }
    if (error instanceof JqSyntaxError) {
      io.error(`jq: error: ${error.message}\njq: 1 compile error\n`);
      return EXIT.compile;
    }
    throw error;
  }
}

function run(settings: Settings, io: JqIo): number {
  const variables = new Map(settings.named);
  const named = {};
  for (const [name, value] of settings.named) setKey(named, name, value);
  if (!variables.has('ARGS')) variables.set('ARGS', { positional: settings.positional, named });
  const filter = compile(settings.filter ?? '.', { variables: [...variables.keys()] });
  try {
    return runInputs(filter, [...variables.values()], settings, io);
  } catch (error) {
    if (error instanceof JqHalt) return halt(error, io);
    if (error instanceof InputError) {
      io.error(`jq: error: ${error.message}\n`);
      return EXIT.usage;
    }
    io.error(`jq: error: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.runtime;
  }
}

function runInputs(filter: Filter, values: readonly Json[], settings: Settings, io: JqIo): number {
  const inputs = readInputs(settings, io);
  const host = {
    inputs,
    onDebug: (message: Json) => io.error(`${stringify(['DEBUG:', message])}\n`),
    onStderr: (message: Json) => io.error(typeof message === 'string' ? message : stringify(message)),
    ...(io.now === undefined ? {} : { now: io.now }),
    ...(io.env === undefined ? {} : { env: io.env }),
  };
  let last: Json | undefined;
  let code: number = EXIT.ok;
  const visit = (value: Json): undefined => {
    last = value;
    io.write(toText(value, settings));
  };
  const starts: Iterable<Json> = settings.nullInput ? [null] : { [Symbol.iterator]: () => inputs };
  for (const input of starts) {
    try {
      filter.each(input, visit, values, host);
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
      io.error(`jq: error: ${error.message}\n`);
      code = EXIT.runtime;
    }
  }
  if (code !== EXIT.ok || !settings.exitStatus) return code;
  if (last === undefined) return EXIT.noOutput;
  return last === null || last === false ? EXIT.falsy : EXIT.ok;
}

/** Read when first asked for, so that a filter that needs no input waits for none. */
function* readInputs(settings: Settings, io: JqIo): Generator<Json, undefined> {
  const text = io.stdin();
  if (!settings.rawInput) {
    const values = parseInput(text);
    if (settings.slurp) yield values;
    else yield* values;
  } else if (settings.slurp) {
    yield text;
  } else {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    yield* lines;
  }
  return undefined;
}

function parseInput(text: string): Json[] {
  try {
    return parseJsonSequence(text);
  } catch (error) {
    if (!(error instanceof JqError)) throw error;
    throw new InputError(error.message.replace(/ \(while parsing .*/s, ''));
  }
}

function toText(value: Json, settings: Settings): string {
  const end = settings.join ? '' : '\n';
  if (typeof value === 'string' && (settings.raw || settings.join) && !settings.ascii) return value + end;
  const options: PrintOptions = {
    ascii: settings.ascii,
    sortKeys: settings.sortKeys,
    ...(settings.indent === undefined ? {} : { indent: settings.indent }),
  };
  const text = print(value, options);
  return (typeof value === 'string' && (settings.raw || settings.join) ? text.slice(1, -1) : text) + end;
}

function halt(error: JqHalt, io: JqIo): number {
  if (error.value !== undefined) {
    io.error(typeof error.value === 'string' ? error.value : `${stringify(error.value)}\n`);
  }
  return error.exitCode;
}

const FLAGS: Readonly<Record<string, (settings: Settings) => void>> = {
  'null-input': (settings) => {
    settings.nullInput = true;
  },
  'raw-input': (settings) => {
    settings.rawInput = true;
  },
  slurp: (settings) => {
    settings.slurp = true;
  },
  'raw-output': (settings) => {
    settings.raw = true;
  },
  'join-output': (settings) => {
    settings.join = true;
  },
  'ascii-output': (settings) => {
    settings.ascii = true;
  },
  'compact-output': (settings) => {
    settings.indent = undefined;
  },
  'sort-keys': (settings) => {
    settings.sortKeys = true;
  },
  'exit-status': (settings) => {
    settings.exitStatus = true;
  },
  tab: (settings) => {
    settings.indent = '\t';
  },
  'monochrome-output': () => undefined,
  help: (settings) => {
    settings.help = true;
  },
};

const SHORT: Readonly<Record<string, string>> = {
  n: 'null-input',
  R: 'raw-input',
  s: 'slurp',
  r: 'raw-output',
  j: 'join-output',
  a: 'ascii-output',
  c: 'compact-output',
  S: 'sort-keys',
  e: 'exit-status',
  M: 'monochrome-output',
  h: 'help',
};

function readArguments(args: readonly string[]): Settings {
  const settings: Settings = {
    filter: undefined,
    nullInput: false,
    rawInput: false,
    slurp: false,
    raw: false,
    join: false,
    ascii: false,
    sortKeys: false,
    exitStatus: false,
    indent: '  ',
    help: false,
    named: new Map(),
    positional: [],
  };
  const queue = [...args];
  let positional: 'none' | 'strings' | 'json' = 'none';
  let optionsEnd = false;
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (optionsEnd || !arg.startsWith('-') || arg === '-') {
      if (settings.filter === undefined) settings.filter = arg;
      else if (positional === 'none')
        throw new UsageError(`files are not read here: ${arg}; use the standard input`);
      else settings.positional.push(positional === 'json' ? readJson(arg, '--jsonargs') : arg);
    } else if (arg === '--') optionsEnd = true;
    else if (arg === '--args') positional = 'strings';
    else if (arg === '--jsonargs') positional = 'json';
    else if (arg.startsWith('--')) readLong(arg.slice(2), queue, settings);
    else for (const letter of arg.slice(1)) setFlag(SHORT[letter], `-${letter}`, settings);
  }
  if (settings.filter === undefined && !settings.help) throw new UsageError('no filter given');
  return settings;
}

function readLong(name: string, queue: string[], settings: Settings): void {
  const take = (): string => {
    const value = queue.shift();
    if (value === undefined) throw new UsageError(`--${name} takes more parameters`);
    return value;
  };
  if (name === 'arg' || name === 'argjson') {
    const variable = take();
    if (!/^[a-zA-Z_]\w*$/.test(variable)) throw new UsageError(`not a variable name: ${variable}`);
    const value = take();
    // The first of two arguments of the same name stands, as in jq.
    if (!settings.named.has(variable))
      settings.named.set(variable, name === 'arg' ? value : readJson(value, '--argjson'));
  } else if (name === 'indent') {
    const width = Number(take());
    if (!Number.isInteger(width) || width < 0 || width > 7)
      throw new UsageError('--indent takes a number from 0 to 7');
    settings.indent = width === 0 ? undefined : ' '.repeat(width);
  } else {
    setFlag(name, `--${name}`, settings);
  }
}

function setFlag(name: string | undefined, shown: string, settings: Settings): void {
  const set = name !== undefined && Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
  if (set === undefined) throw new UsageError(`unknown option: ${shown}`);
  set(settings);
}

function readJson(text: string, option: string): Json {
  try {
    const values = parseJsonSequence(text);
    if (values.length === 1) return values[0] as Json;
  } catch (error) {
    if (!(error instanceof JqError)) throw error;
  }
  throw new UsageError(`invalid JSON text passed to ${option}: ${text}`);
}

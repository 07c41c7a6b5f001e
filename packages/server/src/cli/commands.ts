/** THE table of commands: dispatch, help, completion and the manual's list are all read from it. */
import type { Options } from './arguments.ts';
import type { Io } from './io.ts';

export interface Command {
  readonly usage: string;
  readonly summary: string;
  /** What stands where no option does. */
  readonly argument: 'file' | 'execution' | 'shell' | 'command' | 'none';
  readonly options: () => Promise<Options>;
  /** Why it has no `--json`; absent: it has. */
  readonly withoutJson?: string;
  /** What `millrace help NAME` adds. */
  readonly more?: () => Promise<string>;
  /** Answers the exit code. Each command is loaded when it is called: `jq` needs no server. */
  readonly run: (args: readonly string[], io: Io) => Promise<number>;
}

const server = '[--server URL] [--api-key KEY] [--json]';

export const commands: Readonly<Record<string, Command>> = {
  start: {
    usage: 'millrace start [options]',
    summary: 'Serve the API and run executions.',
    withoutJson: 'it serves until it is stopped, and has no result. Its log is JSON with --log-format json.',
    argument: 'none',
    options: async () => (await import('./arguments.ts')).settingOptions(),
    more: async () => `Options:\n${(await import('../config/print.ts')).printFlags()}`,
    run: async (args, io) => (await import('./start.ts')).start(args, io),
  },
  dev: {
    usage: 'millrace dev [FILE|FOLDER…] [--virtual-time] [--no-watch] [options]',
    summary: 'Serve for trying: keep nothing, and publish files as they are saved.',
    withoutJson: 'it serves until it is stopped, and has no result. Its log is JSON with --log-format json.',
    argument: 'file',
    options: async () => (await import('./dev.ts')).options(),
    more: async () => (await import('./dev.ts')).help,
    run: async (args, io) => (await import('./dev.ts')).dev(args, io),
  },
  run: {
    usage:
      'millrace run FILE|WORKFLOW [--input JSON|@file] [--wait DURATION] [--store STORE | --server URL] [--json] [--quiet]',
    summary: 'Run one workflow to its end, and print its output.',
    argument: 'file',
    options: async () => (await import('./run.ts')).options,
    more: async () => (await import('./run.ts')).help,
    run: async (args, io) => (await import('./run.ts')).run(args, io),
  },
  validate: {
    usage: 'millrace validate FILE… [--json]',
    summary: 'Check workflow definitions, and print every error with its place.',
    argument: 'file',
    options: async () => (await import('./validate.ts')).options,
    run: async (args, io) => (await import('./validate.ts')).validate(args, io),
  },
  deploy: {
    usage: `millrace deploy FILE… ${server}`,
    summary: 'Publish workflow definitions on a server.',
    argument: 'file',
    options: async () => (await import('./deploy.ts')).options,
    more: async () => (await import('./deploy.ts')).help,
    run: async (args, io) => (await import('./deploy.ts')).deploy(args, io),
  },
  nodes: {
    usage: `millrace nodes ${server}`,
    summary: 'List the processes on the store of a server: what they do, how much, and since when.',
    argument: 'none',
    options: async () => (await import('./nodes.ts')).options,
    more: async () => (await import('./nodes.ts')).help,
    run: async (args, io) => (await import('./nodes.ts')).nodes(args, io),
  },
  functions: {
    usage: `millrace functions [publish NAME:VERSION FILE | show NAME:VERSION | remove NAME:VERSION] ${server}`,
    summary: "Publish, show, remove and list the functions of a server's own catalog.",
    argument: 'file',
    options: async () => (await import('./functions.ts')).options,
    more: async () => (await import('./functions.ts')).help,
    run: async (args, io) => (await import('./functions.ts')).functions(args, io),
  },
  ls: {
    usage: `millrace ls [--status PHASES] [--workflow NAME] [--id PREFIX] [--limit NUMBER] ${server}`,
    summary: 'List executions, newest first.',
    argument: 'none',
    options: async () => (await import('./ls.ts')).options,
    more: async () => (await import('./ls.ts')).help,
    run: async (args, io) => (await import('./ls.ts')).ls(args, io),
  },
  show: {
    usage: `millrace show ID ${server}`,
    summary: 'Show an execution: its timeline, its errors, and what it waits for.',
    argument: 'execution',
    options: async () => (await import('./show.ts')).options,
    more: async () => (await import('./show.ts')).help,
    run: async (args, io) => (await import('./show.ts')).show(args, io),
  },
  events: {
    usage: `millrace events ID [--follow] [--after VERSION] ${server}`,
    summary: 'Print what happened in an execution, and what happens.',
    argument: 'execution',
    options: async () => (await import('./events.ts')).options,
    more: async () => (await import('./events.ts')).help,
    run: async (args, io) => (await import('./events.ts')).events(args, io),
  },
  publish: {
    usage: `millrace publish [FILE] [--type TYPE] [--source URI] [--id ID] [--subject TEXT] [--data JSON|@file] ${server}`,
    summary: 'Publish events: those of a file, or one that is put together.',
    argument: 'file',
    options: async () => (await import('./publish.ts')).options,
    more: async () => (await import('./publish.ts')).help,
    run: async (args, io) => (await import('./publish.ts')).publish(args, io),
  },
  cancel: change('cancel', 'Cancel an execution: no task of it begins any more.'),
  suspend: change('suspend', 'Hold an execution until it is resumed.'),
  resume: change('resume', 'Let a suspended execution go on.'),
  retry: change('retry', 'Start a new execution from the state before a fault.'),
  resolve: {
    usage: `millrace resolve ID --done JSON | --failed JSON | --again [--effect VERSION] [--reason TEXT] ${server}`,
    summary: 'Say what became of a deed that is in doubt.',
    argument: 'execution',
    options: async () => (await import('./resolve.ts')).options,
    more: async () => (await import('./resolve.ts')).help,
    run: async (args, io) => (await import('./resolve.ts')).resolve(args, io),
  },
  schedule: {
    usage: `millrace schedule WORKFLOW [--pause | --resume] [--reason TEXT] [--count NUMBER] ${server}`,
    summary: 'Show when a workflow starts by itself; hold it, and let it go on.',
    argument: 'none',
    options: async () => (await import('./schedule.ts')).options,
    more: async () => (await import('./schedule.ts')).help,
    run: async (args, io) => (await import('./schedule.ts')).schedule(args, io),
  },
  open: {
    usage: `millrace open [ID] [--print] ${server}`,
    summary: "Open the server's pages, or those of one execution, in the browser.",
    argument: 'execution',
    options: async () => (await import('./open.ts')).options,
    more: async () => (await import('./open.ts')).help,
    run: async (args, io) => (await import('./open.ts')).open(args, io),
  },
  jq: {
    usage: 'millrace jq [options] FILTER < input',
    summary: 'Evaluate a jq filter as workflows do.',
    withoutJson: 'what it prints is JSON already; -c prints one value a line.',
    argument: 'file',
    options: async () => ({}),
    run: async (args, io) => (await import('./jq.ts')).jq(args, io),
  },
  backup: {
    usage: 'millrace backup FOLDER [--store STORE] [--data FOLDER] [--json]',
    summary: 'Copy a store into a folder, as one of SQLite, while servers run or not.',
    argument: 'file',
    options: async () => (await import('./backup.ts')).options(),
    more: async () => (await import('./backup.ts')).backupHelp,
    run: async (args, io) => (await import('./backup.ts')).backup(args, io),
  },
  restore: {
    usage: 'millrace restore FOLDER [--store STORE] [--data FOLDER] [--json]',
    summary: 'Put a backup into an empty store, in a file or in PostgreSQL.',
    argument: 'file',
    options: async () => (await import('./backup.ts')).options(),
    more: async () => (await import('./backup.ts')).restoreHelp,
    run: async (args, io) => (await import('./backup.ts')).restore(args, io),
  },
  verify: {
    usage: 'millrace verify [--store STORE] [--data FOLDER] [--json]',
    summary: 'Check the whole store against its hash chains.',
    argument: 'none',
    options: async () => (await import('./verify.ts')).options(),
    more: async () => (await import('./verify.ts')).help,
    run: async (args, io) => (await import('./verify.ts')).verify(args, io),
  },
  store: {
    usage: 'millrace store migrate --from sqlite:FILE --to postgres://… [--data FOLDER] [--json]',
    summary: 'Move a whole store into an empty one of another kind, and verify it there.',
    argument: 'none',
    options: async () => (await import('./store.ts')).options(),
    more: async () => (await import('./store.ts')).help,
    run: async (args, io) => (await import('./store.ts')).store(args, io),
  },
  config: {
    usage: 'millrace config [options] [--json | --env-example]',
    summary: 'Print every setting, its value and where it came from.',
    argument: 'none',
    options: async () => (await import('./config.ts')).options(),
    run: async (args, io) => (await import('./config.ts')).config(args, io),
  },
  completion: {
    usage: 'millrace completion bash|zsh|fish',
    summary: 'Print a script that completes commands and options in a shell.',
    withoutJson: 'it prints a script for a shell.',
    argument: 'shell',
    options: async () => ({}),
    more: async () => (await import('./completion.ts')).help,
    run: async (args, io) => (await import('./completion.ts')).completion(args, io, await completable()),
  },
};

function change(verb: 'cancel' | 'suspend' | 'resume' | 'retry', summary: string): Command {
  return {
    usage: `millrace ${verb} ID [--reason TEXT] ${server}`,
    summary,
    argument: 'execution',
    options: async () => (await import('./change.ts')).options,
    more: async () => (await import('./change.ts')).help,
    run: async (args, io) => (await import('./change.ts')).change(verb, args, io),
  };
}

/** What a shell has to know of a command. */
export interface Completable {
  readonly name: string;
  readonly summary: string;
  readonly argument: Command['argument'];
  /** long options, with `--`; `value` says that a word follows */
  readonly options: readonly { readonly flag: string; readonly value: boolean }[];
}

async function completable(): Promise<readonly Completable[]> {
  const known = await Promise.all(
    Object.entries(commands).map(async ([name, { summary, argument, options }]) => ({
      name,
      summary,
      argument,
      options: Object.entries(await options()).map(([flag, { type }]) => ({
        flag: `--${flag}`,
        value: type === 'string',
      })),
    })),
  );
  const help = {
    name: 'help',
    summary: 'Say more about a command.',
    argument: 'command',
    options: [],
  } as const;
  return [...known, help];
}

/** `millrace completion`: scripts for shells, made from the table of commands. */
import { readArguments } from './arguments.ts';
import type { Completable } from './commands.ts';
import { CliError, exitCodes } from './exit.ts';
import type { Io } from './io.ts';

export const help = `To have it in every new shell:
  bash  millrace completion bash > ~/.local/share/bash-completion/completions/millrace
  zsh   millrace completion zsh > "\${fpath[1]}/_millrace"
  fish  millrace completion fish > ~/.config/fish/completions/millrace.fish
In this one only: source <(millrace completion bash)`;

const shells = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export async function completion(
  args: readonly string[],
  io: Io,
  commands: readonly Completable[],
): Promise<number> {
  const [shell = '', ...more] = readArguments(args, {}).positionals;
  if (!isShell(shell) || more.length > 0) {
    const found = shell === '' ? '' : `, not "${shell}"`;
    throw new CliError(exitCodes.usage, `completion takes one of ${Object.keys(shells).join(', ')}${found}.`);
  }
  io.out(shells[shell](commands));
  return exitCodes.ok;
}

function isShell(text: string): text is keyof typeof shells {
  return Object.hasOwn(shells, text);
}

/** Words that can stand where no option does; undefined: files. */
function wordsOf({ argument }: Completable, commands: readonly Completable[]): string[] | undefined {
  if (argument === 'file') return undefined;
  if (argument === 'shell') return Object.keys(shells);
  return argument === 'command' ? commands.map(({ name }) => name) : [];
}

function bashScript(commands: readonly Completable[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const cases = commands.map((command) => {
    const flags = command.options.map(({ flag }) => flag).join(' ');
    const words = wordsOf(command, commands);
    const rest = words === undefined ? 'compgen -f -- "$word"' : `compgen -W '${words.join(' ')}' -- "$word"`;
    return `    ${command.name}) flags='${flags}'; [[ $word == -* ]] || { mapfile -t COMPREPLY < <(${rest}); return; } ;;`;
  });
  return `# bash completion of millrace
_millrace() {
  local word=\${COMP_WORDS[COMP_CWORD]} flags=''
  COMPREPLY=()
  if (( COMP_CWORD == 1 )); then
    mapfile -t COMPREPLY < <(compgen -W '${names}' -- "$word")
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
}
complete -o filenames -F _millrace millrace
`;
}

function zshScript(commands: readonly Completable[]): string {
  const names = commands.map(({ name, summary }) => `    '${name}:${zshText(summary)}'`);
  const cases = commands.map((command) => {
    const flags = command.options.map(
      ({ flag, value }) => `'${flag}${value ? '=' : ''}[]${value ? ': :_files' : ''}'`,
    );
    const words = wordsOf(command, commands);
    const rest =
      words === undefined ? "'*: :_files'" : words.length === 0 ? '' : `'*: :(${words.join(' ')})'`;
    return `    ${command.name}) _arguments ${[...flags, rest].join(' ').trim()} ;;`;
  });
  return `#compdef millrace
_millrace() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
${cases.join('\n')}
  esac
}
# Loaded from fpath it is this function's first call; sourced, it is registered.
if [[ $funcstack[1] == _millrace ]]; then _millrace "$@"; else compdef _millrace millrace; fi
`;
}

/** Within single quotes, in a list whose fields a colon parts. */
function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(':', '\\:');
}

function fishScript(commands: readonly Completable[]): string {
  const lines = commands.flatMap((command) => {
    const { name, summary, options } = command;
    const within = `-n '__fish_seen_subcommand_from ${name}'`;
    const words = wordsOf(command, commands);
    return [
      `complete -c millrace -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", "\\'")}'`,
      ...options.map(
        ({ flag, value }) => `complete -c millrace ${within} -l ${flag.slice(2)}${value ? ' -r' : ''}`,
      ),
      ...(words === undefined ? [`complete -c millrace ${within} -F`] : []),
      ...(words?.length ? [`complete -c millrace ${within} -a '${words.join(' ')}'`] : []),
    ];
  });
  return `# fish completion of millrace\ncomplete -c millrace -f\n${lines.join('\n')}\n`;
}

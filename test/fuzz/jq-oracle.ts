/** The jq program itself, to hold ours against. */
import { execFileSync, spawnSync } from 'node:child_process';

export interface JqAnswer {
  /** outputs as JSON texts, those before an error included */
  readonly outputs: readonly string[];
  /** what it says when an error ended it */
  readonly error: string | undefined;
  /** whether the program did not compile */
  readonly refused: boolean;
}

export interface JqOracle {
  readonly version: string;
  run(program: string, data: string): JqAnswer;
}

/** The versions whose answers ours must be. */
const sameVersion = /^jq-1\.8\.\d/;

/**
 * A jq of the version that ours is: `wanted` (a program, or a module such as `jq-wasm`), else the `jq` of the PATH, else the
 * module `jq-wasm`; undefined when there is none.
 */
export async function findJqOracle(wanted?: string): Promise<JqOracle | undefined> {
  const found =
    wanted === undefined
      ? [asProgram('jq'), await asModule('jq-wasm')]
      : [asProgram(wanted), await asModule(wanted)];
  return found.find((oracle) => oracle !== undefined && sameVersion.test(oracle.version));
}

function asProgram(path: string): JqOracle | undefined {
  let version: string;
  try {
    version = execFileSync(path, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
  return {
    version,
    run(program, data) {
      const { stdout, stderr, status } = spawnSync(path, ['-c', ` ${program}`], {
        input: data,
        encoding: 'utf8',
        timeout: 5_000,
      });
      return toAnswer(stdout, stderr, status ?? 5);
    },
  };
}

/** What of `jq-wasm` is used. */
interface Wasm {
  readonly version: string;
  raw(
    input: string,
    program: string,
    flags: readonly string[],
  ): { stdout: string; stderr: string; exitCode: number };
}

async function asModule(name: string): Promise<JqOracle | undefined> {
  let wasm: Wasm;
  try {
    const module = (await import(name)) as { loadJq?(): Promise<Wasm> };
    if (module.loadJq === undefined) return undefined;
    wasm = await module.loadJq();
  } catch {
    return undefined;
  }
  return {
    version: wasm.version,
    run(program, data) {
      const { stdout, stderr, exitCode } = wasm.raw(data, ` ${program}`, ['-c']);
      return toAnswer(stdout, stderr, exitCode);
    },
  };
}

function toAnswer(stdout: string, stderr: string, code: number): JqAnswer {
  const outputs = stdout.split('\n').filter((line) => line !== '');
  const error = /^jq: error(?: \(at [^)]*\))?: ([\s\S]*?)\n?$/.exec(stderr)?.[1];
  return { outputs, error: code === 0 ? undefined : (error ?? stderr), refused: code === 3 };
}

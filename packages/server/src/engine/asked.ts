/** What a caller may say. The API's schemas describe the same; here it holds for whoever calls the engine. */
import { type EffectResolution, isJsonObject, type Phase, phases } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { Engine, ExecutionsRequest } from './interface.ts';

type Asked = Omit<Engine, 'system' | 'nodes'>;

/** The engine, refusing with `bad-request` what no execution, phase, reason or resolution can be. */
export function checkingWhatIsAsked(engine: Asked): Asked {
  const change =
    (verb: 'cancel' | 'suspend' | 'resume' | 'retry'): Asked[typeof verb] =>
    async (tenant, id, reason, patience) =>
      engine[verb](tenant, checkId(id), checkReason(reason), patience);
  return {
    ...engine,
    wait: (tenant, id, ms, signal) =>
      idShape.test(id) ? engine.wait(tenant, id, ms, signal) : Promise.reject(badId()),
    execution: async (tenant, id, options) => engine.execution(tenant, checkId(id), options),
    value: async (tenant, id, reference) => engine.value(tenant, checkId(id), reference),
    executions: async (tenant, request) => engine.executions(tenant, checkFilters(request)),
    events: async (tenant, id, request) => engine.events(tenant, checkId(id), request),
    async *follow(tenant, id, after, signal) {
      yield* engine.follow(tenant, checkId(id), after, signal);
    },
    lifecycle: async (tenant, id, request) => engine.lifecycle(tenant, checkId(id), request),
    wakeUps: async (tenant, id) => engine.wakeUps(tenant, checkId(id)),
    cancel: change('cancel'),
    suspend: change('suspend'),
    pauseSchedule: async (tenant, id, reason) => engine.pauseSchedule(tenant, id, checkReason(reason)),
    resume: change('resume'),
    retry: change('retry'),
    resolve: async (tenant, id, effect, resolution, reason, patience) => {
      const [checkedId, checked] = [checkId(id), checkResolution(resolution)];
      return engine.resolve(tenant, checkedId, effect, checked, checkReason(reason), patience);
    },
  };
}

/** Throws `bad-request`. */
export function checkId(id: string): string {
  if (idShape.test(id)) return id;
  throw badId();
}

function badId(): MillraceError {
  return badRequest(
    'an execution id has 1 to 400 letters, digits, `.`, `_`, `~` or `-`, and begins with a letter or a digit',
  );
}

/** The id of a child is that of its parent, with the version that asked for it behind it. */
const idShape = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,399}$/;

/** Throws `bad-request`: an id that a caller chooses is none that the server makes. */
export function checkChosenId(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(id)) return id;
  throw badRequest(
    'an execution id that is chosen has 1 to 128 letters, digits, `.`, `_` or `-`, and begins with a letter or a digit',
  );
}

const reasonCharsMax = 1_000;

function checkReason(reason: string | undefined): string | undefined {
  if (reason === undefined || isText(reason, 0, reasonCharsMax)) return reason;
  throw badRequest(`reason: expected a text of at most ${reasonCharsMax} characters`);
}

const workflowCharsMax = 300;

function checkFilters(request: ExecutionsRequest): ExecutionsRequest {
  const { status, workflow } = request;
  if (status !== undefined && (status.length === 0 || !status.every(isPhase)))
    throw badRequest(`status: expected one or more of ${phases.join(', ')}`);
  if (workflow !== undefined && !isText(workflow, 1, workflowCharsMax))
    throw badRequest('workflow: expected name, namespace/name or namespace/name/version');
  return request;
}

function isPhase(value: string): value is Phase {
  return (phases as readonly string[]).includes(value);
}

/** What does not go with `as` is an error: it would silently not be recorded. */
function checkResolution(resolution: EffectResolution): EffectResolution {
  const { as, output, error, ...others } = { ...resolution } as Readonly<Record<string, unknown>>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw badRequest(`a resolution has no "${unknown}"`);
  if (as !== 'done' && as !== 'failed' && as !== 'again')
    throw badRequest('a resolution is as "done", "failed" or "again"');
  if (as === 'done' && output === undefined) throw badRequest('"done" takes an "output"');
  if (as !== 'done' && output !== undefined) throw badRequest(`"${as}" takes no "output"`);
  if (as !== 'failed' && error !== undefined) throw badRequest(`"${as}" takes no "error"`);
  if (error !== undefined) checkError(error);
  return resolution;
}

const errorMembers: Readonly<Record<string, (value: unknown) => boolean>> = {
  type: (value) => isText(value, 1, 2_048),
  status: (value) => Number.isInteger(value) && Number(value) >= 100 && Number(value) <= 599,
  title: (value) => isText(value, 0, 1_000),
  detail: (value) => isText(value, 0, 10_000),
};

function checkError(error: unknown): void {
  if (!isJsonObject(error)) throw badRequest('error: expected an object such as { "status": 402 }');
  for (const [name, value] of Object.entries(error)) {
    const fits = Object.hasOwn(errorMembers, name) ? errorMembers[name] : undefined;
    if (fits === undefined)
      throw badRequest(`error: "${name}" is none of ${Object.keys(errorMembers).join(', ')}`);
    if (value !== undefined && !fits(value)) throw badRequest(`error: "${name}" cannot be what was given`);
  }
}

function isText(value: unknown, charsMin: number, charsMax: number): boolean {
  return typeof value === 'string' && value.length >= charsMin && [...value].length <= charsMax;
}

function badRequest(message: string): MillraceError {
  return new MillraceError('bad-request', message);
}

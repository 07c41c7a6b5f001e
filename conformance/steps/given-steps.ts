/** What a scenario starts from, and what is done: the `Given` and `When` of the vocabulary. */
import type { StepDocument } from '../gherkin.ts';
import type { Definition, Execution, Phase, Value } from '../runtime.ts';
import {
  definitionOf,
  documentOf,
  eventually,
  executionOf,
  pause,
  resultOf,
  type Situation,
  StepError,
  type StepRule,
  saidIn,
} from './situation.ts';
import { isRecord } from './values.ts';

export const givenSteps: readonly StepRule[] = [
  {
    form: 'a workflow with definition:',
    pattern: /^(?:given )?a workflow with definition:$/,
    run: (situation, step) => {
      situation.definition = readDefinition(documentOf(step));
    },
  },
  {
    form: 'a published workflow with definition:',
    pattern: /^a published workflow with definition:$/,
    run: async ({ runtime, published }, step) => {
      const definition = readDefinition(documentOf(step));
      published.push(definition);
      await runtime.publish(definition);
    },
  },
  {
    form: 'the workflow input is:',
    pattern: /^(?:given )?the workflow input is:$/,
    run: (situation, step) => {
      situation.input = saidIn(step);
    },
  },
  {
    // The kit collects them from all scenarios before the runtime starts.
    form: "the secret 'NAME' is:",
    pattern: /^the secret '([A-Za-z0-9_]+)' is:$/,
    run: (_situation, step) => {
      documentOf(step);
    },
  },
  {
    form: 'the workflow is executed',
    pattern: /^the workflow is executed$/,
    run: async (situation) => {
      try {
        await start(situation);
      } catch (error) {
        if (!(error instanceof Error) || error instanceof StepError) throw error;
        situation.result = { ending: { status: 'unfinished', detail: error.message }, tasks: [] };
        return;
      }
      await resultOf(situation);
    },
  },
  {
    form: 'the workflow is started',
    pattern: /^the workflow is started$/,
    run: start,
  },
  {
    form: 'the workflow has come to wait',
    pattern: /^the workflow has come to wait$/,
    run: (situation) => untilPhase(situation, executionOf(situation), 'waiting'),
  },
  {
    form: 'the workflow is cancelled|suspended|resumed',
    pattern: /^the workflow is (cancelled|suspended|resumed)$/,
    run: async (situation, _step, [how]) => {
      const execution = executionOf(situation);
      if (how === 'cancelled') await execution.cancel();
      else if (how === 'suspended') await execution.suspend();
      else await execution.resume();
    },
  },
  {
    form: 'N milliseconds pass',
    pattern: /^(\d{1,5}) milliseconds pass$/,
    run: async ({ runtime }, _step, [ms]) => {
      if (runtime.advance) await runtime.advance(Number(ms));
      else await pause(Number(ms));
    },
  },
  {
    form: 'the event is published:',
    pattern: /^the event is published:$/,
    run: (situation, step) => publish(situation, saidIn(step)),
  },
  {
    form: 'the events are published:',
    pattern: /^the events are published:$/,
    run: async (situation, step) => {
      const events = saidIn(step);
      if (!Array.isArray(events)) throw new StepError('the events are a list');
      for (const event of events as readonly Value[]) await publish(situation, event);
    },
  },
];

async function start(situation: Situation): Promise<void> {
  situation.startedAt = performance.now();
  situation.execution = await situation.runtime.start(definitionOf(situation), situation.input);
}

export async function untilPhase(situation: Situation, execution: Execution, phase: Phase): Promise<void> {
  await eventually(
    situation,
    () => execution.phase(),
    (found) => found === phase,
    (found) => `the workflow should be ${phase}, but it is ${found}`,
  );
}

let events = 0;

/** An event of a scenario has what its author left out, but for its type. */
async function publish({ runtime, token }: Situation, event: Value): Promise<void> {
  if (!isRecord(event)) throw new StepError('an event is an object');
  events += 1;
  await runtime.publishEvent({
    specversion: '1.0',
    id: `${token}-${events}`,
    source: '/conformance',
    ...event,
  });
}

function readDefinition({ mediaType, text }: StepDocument): Definition {
  return { text, mediaType: mediaType === 'json' ? 'application/json' : 'application/yaml' };
}

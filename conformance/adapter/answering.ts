/** The other side: answers the kit's questions by a runtime. */
import type { Execution, Runtime, WorldOptions } from '../runtime.ts';
import type { Answers, Ask, Reply } from './messages.ts';

/** Never rejects: what goes wrong is said. */
export function answering(connect: (world: WorldOptions) => Promise<Runtime>): (ask: Ask) => Promise<Reply> {
  const executions: Execution[] = [];
  let runtime: Runtime | undefined;
  const nameOf = (execution: Execution) => `${executions.push(execution) - 1}`;

  const opened = (): Runtime => {
    if (runtime === undefined) throw new Error('it was not opened');
    return runtime;
  };

  const executionOf = (name: string): Execution => {
    const found = executions[Number(name)];
    if (found === undefined) throw new Error(`there is no execution '${name}'`);
    return found;
  };

  const open = async (world: WorldOptions): Promise<Answers['open']> => {
    runtime = await connect(world);
    const { name, features } = runtime;
    const takes = (['unpublish', 'advance'] as const).filter((each) => runtime?.[each] !== undefined);
    return { name, features: [...features], takes };
  };

  const answer = async (ask: Ask): Promise<object> => {
    switch (ask.do) {
      case 'open':
        return open(ask.world);
      case 'check':
        return { errors: await opened().check(ask.definition) };
      case 'publish':
      case 'unpublish':
        await opened()[ask.do]?.(ask.definition);
        return {};
      case 'start':
        return { execution: nameOf(await opened().start(ask.definition, ask.input)) };
      case 'end':
        return executionOf(ask.execution).end();
      case 'phase':
        return { phase: await executionOf(ask.execution).phase() };
      case 'lifecycle':
        return { events: await executionOf(ask.execution).lifecycle() };
      case 'cancel':
      case 'suspend':
      case 'resume':
        await executionOf(ask.execution)[ask.do]();
        return {};
      case 'publishEvent':
        await opened().publishEvent(ask.event);
        return {};
      case 'executionsOf':
        return { executions: (await opened().executionsOf(ask.namespace, ask.name)).map(nameOf) };
      case 'advance':
        await opened().advance?.(ask.ms);
        return {};
      case 'close':
        await opened().close();
        return {};
      default:
        throw new Error(`there is no question '${(ask as Ask).do}'`);
    }
  };

  return async (ask) => {
    try {
      return { answer: await answer(ask) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  };
}

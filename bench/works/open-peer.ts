import type { Service } from '../subjects/service.ts';
import type { Subject } from '../subjects/subject.ts';
import type { WorkOptions } from './work.ts';

/** Starts a peer with its servers. Its packages are there: `installPeer` was called before. */
export async function openPeer(
  options: Pick<WorkOptions, 'subject' | 'folder' | 'peersFolder' | 'inFlight'>,
  service?: Service,
): Promise<Subject> {
  const given = { ...options, ...(service === undefined ? {} : { service }) };
  switch (options.subject) {
    case 'restate':
      return (await import('../peers/restate.ts')).openRestate(given);
    case 'dbos':
      return (await import('../peers/dbos.ts')).openDbos(given);
    case 'bullmq':
      return (await import('../peers/bullmq.ts')).openBullmq(given);
    case 'postgres':
      return (await import('../subjects/on-postgres.ts')).openOnPostgres({
        parent: options.folder,
        ...(service === undefined ? {} : { service }),
      });
    case 'millrace':
      throw new Error('Millrace is no peer of its own');
  }
}

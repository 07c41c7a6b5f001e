/**
 * From the start of this process to a peer's first answer: `first-answer.ts PEER DATA_FOLDER PEERS_FOLDER`. Prints the
 * time, without that for the creation of an empty database, and then does nothing until it is told to end.
 */
import { endWithParent } from '../subjects/child-process.ts';
import { openPeer } from '../works/open-peer.ts';
import type { SubjectName } from '../works/work.ts';

const [subject = '', folder = '', peersFolder = ''] = process.argv.slice(2);
const opening = openPeer({ subject: subject as SubjectName, folder, peersFolder, inFlight: 64 });
endWithParent(async () => (await opening).close());
const peer = await opening;
await peer.steps();
const ms = Math.round(performance.now() - (peer.preparedMs ?? 0));
console.log(`answered after ${ms} ms: ${peer.title}`);

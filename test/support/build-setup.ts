/** Builds what a server runs before the first test, so that files side by side do not all begin with it. */
import { ensureBuilt } from '../../scripts/build.js';

export default async function setup(): Promise<void> {
  await ensureBuilt();
}

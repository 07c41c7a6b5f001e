import type { JsonObject } from '../model/json.ts';
import { version } from '../version.ts';

/** `$runtime`, as every expression sees it. */
export const runtime: JsonObject = { name: 'millrace', version, metadata: {} };

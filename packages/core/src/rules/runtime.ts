import type { JsonObject } from '../model/json.ts';

/** `$runtime`, as every expression sees it. */
export const runtime: JsonObject = { name: 'millrace', version: '0.1.0', metadata: {} };

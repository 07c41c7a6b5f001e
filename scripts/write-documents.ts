/** `npm run docs`: writes into the documents what they show of other files. `test/house/documents` holds it current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentsWithCode, writeDocument } from './documents.ts';
import { root } from './runtime.js';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

for (const path of documentsWithCode()) {
  const text = read(path);
  const written = writeDocument(path, text, read);
  if (written === text) continue;
  writeFileSync(join(root, path), written);
  console.log(`${path} is written anew`);
}

import { blobContract } from '../../ports/blob.contract.ts';
import { openMemoryBlobs } from './blobs.ts';

blobContract('memory', async () => {
  const blobs = openMemoryBlobs();
  return { blobs, clean: () => blobs.close() };
});

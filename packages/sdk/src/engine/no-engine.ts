/** What stands for the package `millrace` in a browser (`imports` in package.json). */
export const errorTable = {};

export async function createEngine(): Promise<never> {
  throw new Error(
    'an embedded engine does not run in a browser: use createClient with the address of a server',
  );
}

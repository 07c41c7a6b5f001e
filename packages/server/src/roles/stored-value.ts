/** Bytes of JSON up to which a value is shown to readers whole. */
export const wholeBytesMax = 65_536;

/** Stands in a fact for a value that lies beside the log and was not read. Folding facts only hands it on. */
export class StoredValue {
  readonly digest: string;
  /** of its JSON */
  readonly bytes: number;

  constructor(digest: string, bytes: number) {
    this.digest = digest;
    this.bytes = bytes;
  }
}

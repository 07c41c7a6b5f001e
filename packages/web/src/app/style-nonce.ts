/** The word by which the content security policy lets style elements in that libraries make; the server wrote it. */
export function styleNonce(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content;
}

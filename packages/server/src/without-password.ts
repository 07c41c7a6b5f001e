/**
 * An address of a service as it may be printed and logged: `postgres://user:***@host/name`. Where the head of it is missing
 * or mistyped it is shown in the error that says so, and is to keep its secret there as well.
 */
export function withoutPassword(address: string): string {
  const isUserOnly = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@:]*@[^@]*$/i.test(address);
  return (isUserOnly ? address : hidden(address)).replace(/([?&]password=)[^&#]*/gi, '$1***');
}

function hidden(address: string): string {
  return address.replace(/^(?!sqlite:)([a-z][a-z0-9+.-]*:\/\/[^/?#@:]*|[^?#@:]*):.*@/i, '$1:***@');
}

const HOSTNAME_LENGTH_MAX = 253;
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+$/;
const WIDE_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+$/u;
const QUOTED = /^"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"$/;
const WIDE_QUOTED = /^"(?:[^\p{Cc}"\\]|\\[^\p{Cc}])*"$/u;
const WIDE_LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}\p{Join_Control}\u00b7\u30fb-]*[\p{L}\p{M}\p{N}])?$/u;

/** A host name of RFC 1123; the form of A-labels (`xn--`) is not decoded. */
export function isHostname(text: string): boolean {
  return text.length <= HOSTNAME_LENGTH_MAX && text.split('.').every(isLabel);
}

function isLabel(label: string): boolean {
  // Hyphens at places three and four are kept for A-labels.
  const isReserved = label.startsWith('--', 2) && !/^xn--[a-z0-9]/i.test(label);
  return LABEL.test(label) && !isReserved;
}

/** A mailbox of RFC 5321. */
export function isEmail(text: string): boolean {
  return isMailbox(text, ATOM, QUOTED, isHostname);
}

/** A mailbox of RFC 6531, leniently: any character beyond ASCII in the local part, any letters in the host's. */
export function isIdnEmail(text: string): boolean {
  return isMailbox(text, WIDE_ATOM, WIDE_QUOTED, (host) =>
    host.split('.').every((label) => label.length <= 63 && WIDE_LABEL.test(label)),
  );
}

function isMailbox(text: string, atom: RegExp, quoted: RegExp, isHost: (host: string) => boolean): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1) return false;
  const local = text.slice(0, at);
  const host = text.slice(at + 1);
  if (!quoted.test(local) && !local.split('.').every((part) => atom.test(part))) return false;
  if (!host.startsWith('[')) return isHost(host);
  if (!host.endsWith(']')) return false;
  const address = host.slice(1, -1);
  return /^IPv6:/i.test(address) ? isIpv6(address.slice(5)) : isIpv4(address);
}

/** Dotted decimal of RFC 2673, without leading zeros. */
export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return (
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)
  );
}

/** RFC 4291, without a zone. */
export function isIpv6(text: string): boolean {
  if (text.length > 45) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let words = 0;
  for (const [i, half] of halves.entries()) {
    const counted = countWords(half, i === halves.length - 1);
    if (counted === null) return false;
    words += counted;
  }
  return halves.length === 2 ? words <= 7 : words === 8;
}

/** The number of 16-bit words of a row without `::`, or null if it is ill-formed. An IPv4 address may end it. */
function countWords(row: string, isLast: boolean): number | null {
  if (row === '') return 0;
  const parts = row.split(':');
  const last = parts.at(-1) ?? '';
  const hasIpv4 = isLast && last.includes('.');
  if (hasIpv4 && !isIpv4(last)) return null;
  const words = hasIpv4 ? parts.slice(0, -1) : parts;
  return words.every((word) => /^[0-9A-Fa-f]{1,4}$/.test(word)) ? words.length + (hasIpv4 ? 2 : 0) : null;
}

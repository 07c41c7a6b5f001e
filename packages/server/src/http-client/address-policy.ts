/**
 * Which addresses a workflow may call.
 *
 * 1. Only addresses of the public internet are called unasked; every other kind is refused, also kinds that are
 *    not known here, since the rule names what is public and not what is private.
 * 2. An address that embeds another (IPv4-mapped, NAT64) is never a way around the rule for the one embedded.
 * 3. The metadata services of clouds hand out credentials: only an entry for that single address allows one.
 */
import ipaddr from 'ipaddr.js';

/** An exception to the rule: a kind of address, a CIDR range, or a single address. */
export type AllowedAddress = 'loopback' | 'private' | (string & {});

export interface AddressRefusal {
  /** the kind of address, such as `loopback` */
  readonly rule: string;
  /** the entry of `allow` that would let it through */
  readonly allowedBy: string;
}

export interface AddressPolicy {
  /** Why an IP address may not be called; `undefined`: it may. */
  refusal(address: string): AddressRefusal | undefined;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

/** Makes the policy; an entry of `allow` that is neither a kind nor a CIDR range is a `TypeError`. */
export function createAddressPolicy(allow: readonly AllowedAddress[]): AddressPolicy {
  const kinds = new Set(allow.filter((entry) => entry === 'loopback' || entry === 'private'));
  const ranges = allow.filter((entry) => !kinds.has(entry)).map(parseRange);
  return {
    refusal(text) {
      if (!ipaddr.isValid(text)) return { rule: 'not an IP address', allowedBy: text };
      return refuse(ipaddr.parse(text), kinds, ranges);
    },
  };
}

function parseRange(entry: string): Range {
  try {
    if (entry.includes('/')) return ipaddr.parseCIDR(entry);
    const address = ipaddr.parse(entry);
    return [address, bitsOf(address)];
  } catch {
    throw new TypeError(
      `"${entry}" is not an allowed address: it is "loopback", "private", or a CIDR range such as 10.0.0.0/8`,
    );
  }
}

function refuse(
  address: Address,
  kinds: ReadonlySet<string>,
  ranges: readonly Range[],
): AddressRefusal | undefined {
  const own = address.kind() === 'ipv6' ? embeddedAddress(address as ipaddr.IPv6) : undefined;
  if (own) return refuseMapped(own, kinds, ranges);
  const single = `${address.toString()}/${bitsOf(address)}`;
  if (metadataAddresses.has(address.toString())) {
    const named = ranges.some((range) => range[1] === bitsOf(range[0]) && contains(range, address));
    return named ? undefined : { rule: 'cloud metadata', allowedBy: single };
  }
  const rule = kindOf(address);
  if (rule === undefined || kinds.has(rule) || ranges.some((range) => contains(range, address)))
    return undefined;
  return { rule, allowedBy: rule === 'loopback' || rule === 'private' ? rule : single };
}

/** A mapped address is judged as the address it stands for, and a public one still needs an entry of its own. */
function refuseMapped(
  own: ipaddr.IPv4,
  kinds: ReadonlySet<string>,
  ranges: readonly Range[],
): AddressRefusal | undefined {
  const refusal = refuse(own, kinds, ranges);
  if (refusal) return refusal;
  const allowed = kindOf(own) !== undefined || ranges.some((range) => contains(range, own));
  return allowed ? undefined : { rule: 'IPv4-mapped IPv6', allowedBy: `${own.toString()}/32` };
}

function embeddedAddress(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : undefined;
}

function contains([network, bits]: Range, address: Address): boolean {
  if (network.kind() !== address.kind()) return false;
  return network.kind() === 'ipv4'
    ? (address as ipaddr.IPv4).match(network as ipaddr.IPv4, bits)
    : (address as ipaddr.IPv6).match(network as ipaddr.IPv6, bits);
}

function bitsOf(address: Address): number {
  return address.kind() === 'ipv4' ? 32 : 128;
}

/** The kind of an address that is not public; `undefined`: it is public. */
function kindOf(address: Address): string | undefined {
  const range = address.range();
  if (range === 'unicast') {
    // Outside 2000::/3 nothing is public: ::/96 (IPv4-compatible) counts as unicast in the library's table.
    return address.kind() === 'ipv6' && !contains(globalUnicast, address) ? 'reserved' : undefined;
  }
  return kindNames[range] ?? 'special-purpose';
}

const globalUnicast: Range = [ipaddr.IPv6.parse('2000::'), 3];

const kindNames: Readonly<Record<string, string>> = {
  loopback: 'loopback',
  private: 'private',
  uniqueLocal: 'private',
  deprecatedSiteLocal: 'private',
  linkLocal: 'link-local',
  carrierGradeNat: 'carrier-grade NAT',
  multicast: 'multicast',
  broadcast: 'broadcast',
  unspecified: 'unspecified',
  rfc6052: 'NAT64',
  rfc6145: 'IPv4-translated IPv6',
  '6to4': '6to4',
  teredo: 'Teredo',
  reserved: 'reserved',
};

/** Amazon (also for containers), Google, Azure's wire server, Alibaba and Oracle. */
const metadataAddresses: ReadonlySet<string> = new Set(
  [
    '169.254.169.254',
    '169.254.170.2',
    '169.254.170.23',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
    '168.63.129.16',
    '100.100.100.200',
    '192.0.0.192',
  ].map((address) => ipaddr.parse(address).toString()),
);

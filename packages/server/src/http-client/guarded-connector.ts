import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressPolicy, AddressRefusal } from './address-policy.ts';

/** All addresses of a host name; a failure carries the resolver's `code`, such as `ENOTFOUND`. */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface ConnectorOptions {
  /** absent: every address may be called */
  readonly policy?: AddressPolicy;
  readonly lookup?: Lookup;
  readonly connectTimeoutMs: number;
  /** certificates of authorities to trust besides the well-known ones, PEM */
  readonly ca?: readonly string[];
}

/** A connection that was not made, since the policy refuses the address. */
export class RefusedAddressError extends Error {
  readonly code = 'ERR_REFUSED_ADDRESS';

  constructor(hostname: string, address: string, refusal: AddressRefusal) {
    const which = hostname === address ? `The address ${address}` : `The address ${address} of "${hostname}"`;
    super(
      `${which} is refused: ${refusal.rule} addresses are not called unless allowed. The entry "${refusal.allowedBy}" in MILLRACE_ALLOW would allow it.`,
    );
    this.name = 'RefusedAddressError';
  }
}

/**
 * Connects to checked addresses only. An IP literal is checked here, because sockets do not look literals up; a
 * name is resolved in the socket's own lookup, so the socket gets exactly the addresses that were checked, and an
 * answer that changes between check and use (DNS rebinding) has nowhere to enter.
 */
export function guardedConnector(options: ConnectorOptions): buildConnector.connector {
  const { policy } = options;
  const connect = buildConnector({
    timeout: options.connectTimeoutMs,
    allowH2: false,
    lookup: guardedLookup(policy, options.lookup ?? resolveHost),
    ...(options.ca && { ca: [...options.ca] }),
  } as buildConnector.BuildOptions);
  return (target, callback) => {
    const literal = target.hostname.replace(/^\[|\]$/g, '');
    const refusal = isIP(literal) === 0 ? undefined : policy?.refusal(literal);
    if (refusal) callback(new RefusedAddressError(literal, literal, refusal), null);
    else connect(target, callback);
  };
}

function guardedLookup(policy: AddressPolicy | undefined, lookup: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname).then(
      (found) => answer(checkedAddresses(hostname, found, policy)),
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );

    function answer(checked: readonly LookupAddress[] | Error): void {
      if (checked instanceof Error) callback(checked, '', 0);
      else if (options.all) callback(null, [...checked]);
      else callback(null, checked[0]?.address ?? '', checked[0]?.family ?? 0);
    }
  };
}

/** The addresses that may be called; when there is none, why. */
function checkedAddresses(
  hostname: string,
  found: readonly LookupAddress[],
  policy: AddressPolicy | undefined,
): readonly LookupAddress[] | Error {
  if (policy === undefined && found.length > 0) return found;
  const checked: LookupAddress[] = [];
  let refused: RefusedAddressError | undefined;
  for (const entry of found) {
    const refusal = policy?.refusal(entry.address);
    if (refusal) refused ??= new RefusedAddressError(hostname, entry.address, refusal);
    else checked.push(entry);
  }
  if (checked.length > 0) return checked;
  return refused ?? Object.assign(new Error(`ENOTFOUND ${hostname}`), { code: 'ENOTFOUND', hostname });
}

function resolveHost(hostname: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
}

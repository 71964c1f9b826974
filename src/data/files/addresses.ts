import {lookup} from 'node:dns';
import {BlockList, isIP, type LookupFunction} from 'node:net';

/**
 * Addresses that are this machine's, its network's, or no single host's: a spec from elsewhere must not reach them, since what answers
 * there (a router, a database, the keys of a cloud's machine at 169.254.169.254) trusts whoever is near. From IANA's registries of
 * special-purpose addresses, RFC 6890 and its updates.
 */
const privateRanges = {
  ipv4: [
    ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
    ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
    ...['224.0.0.0/4', '240.0.0.0/4'],
  ],
  // 64:ff9b::/96, 2002::/16 and ::/96 hold an IPv4 address, which may be private.
  ipv6: [
    '::/96',
    '::1/128',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '100::/64',
    '2001:db8::/32',
    '2002::/16',
    'fc00::/7',
    'fe80::/10',
    'fec0::/10',
    'ff00::/8',
  ],
} as const;

const blocked = new BlockList();
for (const [family, ranges] of Object.entries(privateRanges) as ['ipv4' | 'ipv6', readonly string[]][]) {
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    blocked.addSubnet(network, Number(bits), family);
  }
}

/** Whether an address is not one of the public internet. @param address IPv4 or IPv6, a zone behind `%` left out of account */
export function isPrivateAddress(address: string): boolean {
  const plain = address.split('%')[0]!;
  // An IPv4 address inside an IPv6 one (::ffff:10.0.0.1) is judged as IPv4 by the block list itself.
  return blocked.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

/** A connection that was not made, since it would have led to a private address. */
export class PrivateAddressError extends Error {
  constructor(
    readonly host: string,
    readonly address: string,
  ) {
    super(`${host} is at the private address ${address}`);
  }
}

/** Whether the person at this machine lets specs reach a host although it is private: EXP_PRIVATE_HOSTS lists them, `*` is all. */
export function isAllowedHost(host: string, env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const listed = (env.EXP_PRIVATE_HOSTS ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  return listed.includes('*') || listed.includes(bare(host));
}

/** `[::1]` as `::1`. */
const bare = (host: string): string => host.toLowerCase().replace(/^\[(.*)\]$/, '$1');

/** Throws for a host that is written as a private address. @throws PrivateAddressError */
export function checkWrittenHost(host: string): void {
  const plain = bare(host);
  const isLocal = plain === 'localhost' || plain.endsWith('.localhost');
  if ((isIP(plain) === 0 ? isLocal : isPrivateAddress(plain)) && !isAllowedHost(host)) {
    throw new PrivateAddressError(host, isLocal ? '127.0.0.1' : plain);
  }
}

/**
 * Looks a name up and leaves private addresses out. The connection is made to what this returns, so a name that means something else a
 * moment later (DNS rebinding) gains nothing.
 */
export const publicLookup: LookupFunction = (host, options, callback) => {
  lookup(host, {...options, all: true}, (error, found) => {
    if (error) return callback(error, []);
    const reachable = isAllowedHost(host) ? found : found.filter(({address}) => !isPrivateAddress(address));
    const [first] = reachable;
    if (!first) return callback(new PrivateAddressError(host, found[0]?.address ?? 'none'), []);
    if (options.all) return callback(null, reachable);
    return callback(null, first.address, first.family);
  });
};

import type { LookupAddress, LookupAllOptions } from "node:dns";
import type { BlockList, LookupFunction } from "node:net";

/** To which networks a provider's connections may go, besides public ones. */
export interface NetworkPolicy {
  /** Also allows http. */
  readonly allowsLoopback: boolean;
  /** Private networks in CIDR notation. */
  readonly privateNetworks: readonly string[];
}

/** Resolves a host name to all its addresses, as `dns.lookup` does. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The host has an address to which no connection is allowed. */
export class ForbiddenAddressError extends Error {
  override readonly name = "ForbiddenAddressError";
}

/**
 * Not globally reachable: https://www.iana.org/assignments/iana-ipv4-special-registry, with multicast (RFC 5771) and
 * 6to4 relays (RFC 7526).
 */
const specialV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** https://www.iana.org/assignments/iana-ipv6-special-registry, within the global unicast addresses. */
const specialV6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/** A NAT64 gateway translates these addresses to IPv4 ones (RFC 6052 §2.1). */
const nat64 = "64:ff9b::";

/** The networks that a setting may allow: RFC 1918, RFC 6598, RFC 4193. */
const privateNetworks: readonly (readonly [string, number])[] = [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["fc00::", 7],
];

/** AWS serves instance metadata, DNS and time from here: no setting may allow it. */
const awsServices = "fd00:ec2::";

/** Whether a connection may go to an address: to public ones, and to those that the policy allows. */
export function addressGuard(policy: NetworkPolicy): (address: string) => boolean {
  const reachable = listOf([
    ["0.0.0.0", 0],
    ["2000::", 3],
    [nat64, 96],
  ]);
  const translated = specialV4.map(([net, length]) => [`${nat64}${net}`, 96 + length] as const);
  const special = listOf([...specialV4, ...specialV6, ...translated]);
  const loopback = listOf([
    ["127.0.0.0", 8],
    ["::1", 128],
  ]);
  const allowed = listOf(policy.privateNetworks.map(networkOf));
  const never = listOf([[awsServices, 32]]);
  const isIn = (list: BlockList, address: string) => list.check(address, familyOf(address));
  return (address) =>
    (isIn(reachable, address) && !isIn(special, address)) ||
    (policy.allowsLoopback && isIn(loopback, address)) ||
    (isIn(allowed, address) && !isIn(never, address));
}

/**
 * `dns.lookup` that fails if any address of the host is forbidden. The connection goes to the very addresses that were
 * checked, so a host cannot answer differently the second time.
 */
export function guardedLookup(
  isAllowed: (address: string) => boolean,
  resolve: Resolve,
): LookupFunction {
  return (hostname, options, callback) =>
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isAllowed(address))) {
        return callback(new ForbiddenAddressError("Its address is not public."), []);
      }
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
}

/** True for a host that is an address outside the public networks and these, or that names this machine. */
export function isPrivateHost(hostname: string, networks: readonly string[]): boolean {
  if (/(^|\.)localhost\.?$/.test(hostname)) return true;
  const address = literalAddress(hostname);
  const policy = { allowsLoopback: false, privateNetworks: networks };
  return address !== null && !addressGuard(policy)(address);
}

/** The address in a URL's host; null for a name. */
export function literalAddress(hostname: string): string | null {
  // A URL's parser writes every form of an IPv4 address as four numbers, and brackets an IPv6 address.
  return /^\[(.+)\]$/.exec(hostname)?.[1] ?? /^[\d.]+$/.exec(hostname)?.[0] ?? null;
}

/** True for a part of a private network, in CIDR notation. */
export function isPrivateNetwork(text: string): boolean {
  const [, address = "", digits = ""] = /^([\da-f.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  const family = netModule().isIP(address);
  const length = Number(digits);
  if (!family || length > (family === 4 ? 32 : 128)) return false;
  // Of one family: else the lengths cannot be compared, and an IPv4 network in IPv6's notation could hold everything.
  const isWithin = (network: readonly [string, number]) =>
    familyOf(network[0]) === familyOf(address) &&
    length >= network[1] &&
    listOf([network]).check(address, familyOf(address));
  return privateNetworks.some(isWithin);
}

function networkOf(text: string): readonly [string, number] {
  const [address = "", length] = text.split("/");
  return [address, Number(length)];
}

function listOf(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new (netModule().BlockList)();
  for (const [network, length] of networks) list.addSubnet(network, length, familyOf(network));
  return list;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ipv4";
}

/** Not imported: see http-request.ts. */
function netModule(): typeof import("node:net") {
  return process.getBuiltinModule("node:net");
}

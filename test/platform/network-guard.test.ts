import type { LookupAddress } from "node:dns";
import { describe, expect, test } from "vitest";
import type { Resolve } from "../../functions/platform/network-guard.ts";
import {
  addressGuard,
  ForbiddenAddressError,
  guardedLookup,
  isPrivateNetwork,
} from "../../functions/platform/network-guard.ts";
import { loopbackOnly, publicOnly } from "../support/network-policies.ts";

const forbidden = [
  ...["0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255"],
  ...["127.0.0.1", "127.255.255.254", "169.254.0.1", "169.254.169.254", "169.254.170.2"],
  ...["172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1"],
  ...["198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1"],
  ...["255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"],
  ...["::ffff:169.254.169.254", "::ffff:7f00:1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe"],
  ...["64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1"],
  ...["fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "", "example"],
];
const open = [
  ...["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"],
  ...["128.0.0.0", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255"],
  ...["198.17.255.255", "198.20.0.0", "223.255.255.255", "2600:1f18::1", "2a00::1"],
  ...["::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
];

describe("a connection", () => {
  test.each(forbidden)("does not go to %s", (address) => {
    expect(addressGuard(publicOnly)(address)).toBe(false);
  });

  test.each(open)("goes to %s", (address) => {
    expect(addressGuard(publicOnly)(address)).toBe(true);
  });

  test("goes to loopback addresses, and to no other private one, where a policy allows them", () => {
    const isAllowed = addressGuard(loopbackOnly);
    const more = forbidden.filter(isAllowed);
    expect(more).toEqual([
      ...["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"],
    ]);
  });

  test("goes to the networks of a setting, and to no others", () => {
    const privateNetworks = ["10.0.0.0/24", "fc00::/7"];
    const isAllowed = addressGuard({ allowsLoopback: false, privateNetworks });
    const more = forbidden.filter(isAllowed);
    expect(more).toEqual(["10.0.0.1", "::ffff:10.0.0.1", "fc00::1"]);
    expect(isAllowed("10.0.1.0")).toBe(false);
    expect(isAllowed("fd12:3456::1")).toBe(true);
  });
});

describe("a setting may allow", () => {
  test.each([
    "10.0.0.0/8",
    "10.20.0.0/16",
    "172.16.0.0/12",
    "192.168.7.0/24",
    "100.64.0.0/10",
    "10.1.2.3/32",
    "fd00::/8",
    "fc00::/7",
  ])("%s", (network) => expect(isPrivateNetwork(network)).toBe(true));

  test.each([
    ...[
      "0.0.0.0/0",
      "10.0.0.0/7",
      "127.0.0.0/8",
      "169.254.0.0/16",
      "8.8.8.0/24",
      "::/0",
      "::1/128",
    ],
    // IPv4 in IPv6's notation, whose length counts from elsewhere.
    ...["::ffff:10.0.0.0/16", "::ffff:a00:0/96", "::ffff:100.64.0.0/10"],
    ...["fe80::/10", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "fd00::/129", "10.0.0/8", "x/8", ""],
  ])("never %s", (network) => expect(isPrivateNetwork(network)).toBe(false));
});

describe("a host name", () => {
  const resolvesTo =
    (...addresses: string[]): Resolve =>
    (_, __, callback) =>
      callback(null, addresses.map(asAnswer));
  const asAnswer = (address: string): LookupAddress => ({
    address,
    family: address.includes(":") ? 6 : 4,
  });
  const lookUp = (resolve: Resolve, all: boolean) =>
    new Promise((done) => {
      const lookup = guardedLookup(addressGuard(publicOnly), resolve);
      lookup("provider.example", { all }, (error, ...answer) => done(error ?? answer));
    });

  test("leads to its addresses, all or the first", async () => {
    const resolve = resolvesTo("2600::1", "8.8.8.8");
    expect(await lookUp(resolve, true)).toEqual([["2600::1", "8.8.8.8"].map(asAnswer)]);
    expect(await lookUp(resolve, false)).toEqual(["2600::1", 6]);
  });

  test.each([[["10.0.0.1"]], [["8.8.8.8", "10.0.0.1"]], [["8.8.8.8", "::ffff:127.0.0.1"]], [[]]])(
    "leads nowhere when it resolves to %j",
    async (addresses) => {
      for (const all of [true, false]) {
        expect(await lookUp(resolvesTo(...addresses), all)).toBeInstanceOf(ForbiddenAddressError);
      }
    },
  );

  test("leads nowhere when it does not resolve", async () => {
    const failure = new Error("ENOTFOUND");
    const failing: Resolve = (_, __, callback) => callback(failure, []);
    expect(await lookUp(failing, true)).toBe(failure);
  });
});

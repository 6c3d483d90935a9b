import { msBetween } from "../model/clock.ts";
import type { NotIssued } from "../model/provider.ts";
import { HttpFailure } from "../platform/http-request.ts";
import { parseJson } from "../platform/parse-json.ts";
import { malformed, notIssued } from "./not-issued.ts";
import type { IssuerContext } from "./token-exchange.ts";
import { sendOrFailure } from "./token-exchange.ts";

/** Long enough to spare the provider, short enough that a key it withdraws is soon forgotten. */
const freshMs = 600_000;
/** Between two looks for a key that is not there: a token may name any. The first causes one at once. */
const lookAgainMs = 60_000;

/** A JWK set (RFC 7517 §5), as the provider answered it. */
export interface KeySet {
  readonly keys: readonly object[];
}

/** The public keys with which a provider signs, fetched when they are needed and kept. */
export interface SigningKeys {
  readonly url: string;
  /** Whether there is a set, however old. */
  isHeld(): boolean;
  /** At most ten minutes old. */
  current(signal: AbortSignal): Promise<KeySet | NotIssued>;
  /** The same, or what was held before where the provider shows none now. */
  latest(signal: AbortSignal): Promise<KeySet | NotIssued>;
  /** Others than those that did not do; null where there are none, and it is too early to ask again. */
  newerThan(tried: KeySet, signal: AbortSignal): Promise<KeySet | NotIssued | null>;
}

/** All fail with `mayHaveIssued`: a token is held already when its signature is looked at. */
export function signingKeys(url: string, wire: IssuerContext): SigningKeys {
  let held: { readonly set: KeySet; readonly at: Date } | null = null;
  let lookedAgainAt: Date | null = null;

  const fetchSet = async (signal: AbortSignal) => {
    const set = await fetchKeys(url, wire, signal);
    if ("keys" in set) held = { set, at: wire.clock.now() };
    return set;
  };
  const isWithin = (ms: number, at: Date) => msBetween(at, wire.clock.now()) < ms;
  const current = async (signal: AbortSignal) =>
    held && isWithin(freshMs, held.at) ? held.set : fetchSet(signal);

  return {
    url,
    isHeld: () => held !== null,
    current,
    latest: async (signal) => {
      const set = await current(signal);
      return "kind" in set && held ? held.set : set;
    },
    newerThan: async (tried, signal) => {
      if (held && held.set !== tried) return held.set;
      if (lookedAgainAt && isWithin(lookAgainMs, lookedAgainAt)) return null;
      const set = await fetchSet(signal);
      // Only now: who comes while somebody looks is not turned away unlooked.
      lookedAgainAt = wire.clock.now();
      return set;
    },
  };
}

async function fetchKeys(
  url: string,
  wire: IssuerContext,
  signal: AbortSignal,
): Promise<KeySet | NotIssued> {
  const request = { method: "GET", url, headers: { accept: "application/json" } } as const;
  const response = await sendOrFailure(wire, request, signal);
  if (response instanceof HttpFailure) return noKeys("no answer");
  if (response.status !== 200) return noKeys(`${response.status}`);
  const set = parseJson(response.body ?? "");
  return isKeySet(set) ? set : malformed("no set of keys at jwksUrl");
}

function isKeySet(value: unknown): value is KeySet {
  if (typeof value !== "object" || value === null || !("keys" in value)) return false;
  const { keys } = value;
  return Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null);
}

function noKeys(why: string): NotIssued {
  const detail = `The provider's keys, with which its ID token is checked, cannot be had (${why}).`;
  return notIssued("provider-unavailable", detail, { mayHaveIssued: true });
}

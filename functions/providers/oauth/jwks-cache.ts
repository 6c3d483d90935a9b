import { stopwatch } from "../../model/clock.ts";
import type { NotIssued } from "../../model/provider.ts";
import { unprintable } from "../../model/sensitive.ts";
import type { HttpRequest } from "../../platform/http-request.ts";
import { HttpFailure } from "../../platform/http-request.ts";
import { parseJson } from "../../platform/parse-json.ts";
import { malformed, notIssued } from "../exchange/error-response.ts";
import type { IssuerContext } from "../exchange/token-request.ts";
import { sendOrFailure } from "../exchange/token-request.ts";

/** How long a set is used before it is fetched again: a withdrawn key is trusted no longer than this. */
const freshMs = 600_000;
/** Minimum time between two fetches for the same cause, since an ID token may name any key and bear any signature. */
const retryMs = 60_000;

/** Why a newer set is fetched: the token names a key that is not in the set, or no key of the set has signed it. */
export type RefetchCause = "unknown-key" | "bad-signature";

/** A JWK set (RFC 7517 §5), as the provider answered it. */
export interface JwkSet {
  readonly keys: readonly object[];
}

/** A cache of the public keys with which a provider signs. */
export interface JwksCache {
  readonly url: string;
  /** Whether a set is cached, however old. */
  isCached(): boolean;
  /** A set at most ten minutes old. */
  current(signal: AbortSignal): Promise<JwkSet | NotIssued>;
  /** The same, or the cached set when the provider cannot be reached. */
  latest(signal: AbortSignal): Promise<JwkSet | NotIssued>;
  /** A newer set than `tried`; null when there is none and it is too early to fetch again for this cause. */
  newerThan(
    tried: JwkSet,
    cause: RefetchCause,
    signal: AbortSignal,
  ): Promise<JwkSet | NotIssued | null>;
}

/** Its failures say `mayHaveIssued`, because the token has been issued by the time its signature is checked. */
export function jwksCache(url: string, context: IssuerContext): JwksCache {
  let cached: { readonly set: JwkSet; readonly ageMs: () => number } | null = null;
  // One for each cause, so that a forged signature does not delay a key that the provider has just introduced.
  const sinceRefetched = new Map<RefetchCause, () => number>();

  const fetchSet = async (signal: AbortSignal) => {
    const set = await fetchKeys(url, context, signal);
    if ("keys" in set) cached = { set, ageMs: stopwatch(context.clock) };
    return set;
  };
  const current = async (signal: AbortSignal) =>
    cached && cached.ageMs() < freshMs ? cached.set : fetchSet(signal);

  return {
    url,
    isCached: () => cached !== null,
    current,
    latest: async (signal) => {
      const set = await current(signal);
      return "kind" in set && cached ? cached.set : set;
    },
    newerThan: async (tried, cause, signal) => {
      if (cached && cached.set !== tried) return cached.set;
      const sinceMs = sinceRefetched.get(cause);
      if (sinceMs && sinceMs() < retryMs) return null;
      const set = await fetchSet(signal);
      // Set after the answer, so that a concurrent caller fetches too instead of failing without the new key.
      sinceRefetched.set(cause, stopwatch(context.clock));
      return set;
    },
  };
}

async function fetchKeys(
  url: string,
  context: IssuerContext,
  signal: AbortSignal,
): Promise<JwkSet | NotIssued> {
  const headers = { accept: "application/json" };
  const request = unprintable<HttpRequest>({ method: "GET", url, headers });
  const response = await sendOrFailure(context, request, signal);
  if (response instanceof HttpFailure) return noKeys("no answer");
  if (response.status !== 200) return noKeys(`${response.status}`);
  const set = parseJson(response.body ?? "");
  return isJwkSet(set) ? set : malformed("no JWK set at jwksUrl");
}

function isJwkSet(value: unknown): value is JwkSet {
  if (typeof value !== "object" || value === null || !("keys" in value)) return false;
  const { keys } = value;
  return Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null);
}

function noKeys(why: string): NotIssued {
  const detail = `The keys that verify the provider's ID token cannot be fetched (${why}).`;
  return notIssued("provider-unavailable", detail, { mayHaveIssued: true });
}

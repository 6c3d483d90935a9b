import { secondsUntil } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import { realmOf } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import type { Freeze } from "../model/freeze.ts";
import type { TokenRecord } from "../model/token-record.ts";
import type { Decision } from "./decision/decision.ts";

type RefuseDecision = Extract<Decision, { action: "refuse" }>;

/** The problem for a refused caller: why it is refused and what to do. */
export function refusal(
  decision: RefuseDecision,
  connection: Connection,
  record: TokenRecord | null,
  now: Date,
): VendingError {
  const retryAfterSeconds = decision.retryAt && secondsUntil(decision.retryAt, now);
  return new VendingError(decision.code, detailOf(decision, connection, record), retryAfterSeconds);
}

const noDetail = "The last attempt failed.";
const noConsent = "Nobody has consented to this connection.";
const credentialsRefused =
  "The provider has refused these credentials. Put others into the secret.";

function detailOf(
  decision: RefuseDecision,
  connection: Connection,
  record: TokenRecord | null,
): string {
  const { code } = decision;
  switch (decision.reason) {
    case "backing-off":
    case "refused":
      // The latest failure may be of another kind.
      if (code === "credentials-rejected" && record?.failure?.code !== code)
        return credentialsRefused;
      return record?.failure?.detail ?? noDetail;
    case "contested":
      return "Fresh tokens keep being rejected: another issuer is revoking them, or callers report tokens that are not revoked. Find the cause before renewals resume.";
    case "no-consent": {
      const failure = record?.failure;
      const why = failure?.code === "consent-required" ? failure.detail : noConsent;
      return `${why} Begin a consent with POST /v1/consents/${connection} or npm run vend -- consent ${connection}, and give its link to the person whose account it is.`;
    }
    case "beyond-lifetime":
      return "No token of this provider is usable for as long as minValiditySeconds demands.";
    case "too-new":
      return "The stored token is too new to be replaced because of minValiditySeconds.";
    case "key-unchanged":
      return "This key has been reported, and the secret still holds it. Put a new key into the secret, or find out why the provider refuses this one.";
    case "frozen":
      return frozenDetail(decision.freeze, connection);
    case "never-renewed":
      return "This key ends sooner than minValiditySeconds demands; put its successor into the secret.";
  }
}

function frozenDetail({ of, by, at, reason }: Freeze, connection: Connection): string {
  const target = of === "realm" ? realmOf(connection) : connection;
  const why = reason.replace(/[.!?]?$/, (end) => end || ".");
  return `Frozen by ${by} at ${at.toISOString()}: ${why} An operator who knows that the reason is gone can thaw it: npm run vend -- thaw ${target} --reason "…".`;
}

/** For a request that is still not satisfied after one renewal. */
export function secondRenewalRefused(): VendingError {
  const detail = "This request has caused one renewal and may not cause another.";
  return new VendingError("renewal-in-progress", detail, 1);
}

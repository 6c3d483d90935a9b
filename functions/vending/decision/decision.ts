import type { VendRequest } from "../../model/credential.ts";
import type { ProblemCode } from "../../model/errors.ts";
import type { Freeze } from "../../model/freeze.ts";
import type { RenewalPolicy } from "../../model/provider.ts";
import type { Lease, RenewalReason, StoredToken, TokenRecord } from "../../model/token-record.ts";

/** What to do about a request, and why. Only `renew` calls the provider. */
export type Decision =
  | {
      readonly action: "renew";
      readonly reason: RenewalReason;
      /** The secret's version, if it has changed since its credentials were refused. */
      readonly newSecretVersion: string | null;
    }
  | { readonly action: "await-renewal"; readonly reason: "lease-held"; readonly lease: Lease }
  | {
      readonly action: "await-handover";
      readonly reason: "too-early" | "validity";
      readonly until: Date;
    }
  /** The provider refused the credentials: the decision depends on the secret's current version. */
  | { readonly action: "check-secret"; readonly refusedVersion: string }
  | SettledDecision;

/** Decisions that depend on nothing but the record and the request. */
export type SettledDecision =
  | {
      readonly action: "vend";
      readonly reason: "usable" | "renewing-elsewhere" | "backing-off";
      readonly token: StoredToken;
    }
  | {
      readonly action: "refuse";
      readonly code: ProblemCode;
      readonly reason:
        | "backing-off"
        | "refused"
        | "contested"
        | "beyond-lifetime"
        | "too-new"
        | "never-renewed"
        | "key-unchanged"
        | "no-consent";
      readonly retryAt: Date | null;
    }
  | {
      readonly action: "refuse";
      readonly code: "frozen";
      readonly reason: "frozen";
      readonly retryAt: null;
      readonly freeze: Freeze;
    };

/** A caller's constraints on the credential. */
export type VendConstraints = Pick<VendRequest, "minValiditySeconds" | "rejectedVersion">;

/** What has been looked up since the record was read. */
export interface Findings {
  /** The version whose token did not open; null when it opened or was not tried. */
  readonly unreadableVersion: number | null;
  /** The secret's current version; null while it has not been looked up. */
  readonly secretVersion: string | null;
  /** The freeze of the connection's realm. */
  readonly realmFreeze: Freeze | null;
}

/** Everything that a decision depends on. */
export interface Situation {
  readonly record: TokenRecord;
  readonly policy: RenewalPolicy;
  readonly constraints: VendConstraints;
  readonly findings: Findings;
  readonly now: Date;
}

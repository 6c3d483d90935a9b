import { msBetween, plusMs } from "../../model/clock.ts";
import type { Authority, CodeAuthority } from "../../model/consent.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import type { Grant, Issued, NotIssued } from "../../model/provider.ts";
import type { Secret } from "../../model/secret-source.ts";
import { commitReserveMs } from "../../model/call-limits.ts";
import type { HeldLease } from "../../model/token-store.ts";
import { claimScope } from "./claim-scope.ts";
import { refreshAuthority } from "./refresh-authority.ts";
import { secretAccount } from "../secret-account.ts";

/** A secret that issues tokens is believed for this long; a refusal looks past it (next-step.ts). */
const secretMaxAgeMs = 300_000;

/** What came of asking, and what it was asked with. */
export interface Attempt {
  /** `unchanged`: the held key is still the secret's value, and nobody doubts it. */
  readonly result: Issued | NotIssued | { readonly kind: "unchanged" };
  readonly secretVersion: string;
  readonly scope: string | null;
  /** Null when the provider was not called. */
  readonly latencyMs: number | null;
}

/** A secret that cannot serve, bound to its version: only another version can help. */
export class UnusableSecret extends VendingError {
  readonly secretVersion: string;

  constructor(error: VendingError, secretVersion: string) {
    super(error.code, error.message);
    this.secretVersion = secretVersion;
  }
}

/** There is no key to seal or open with. The table may well answer: unlike its own failures, this can be recorded. */
export class SealingFailed extends VendingError {
  constructor({ code, message, retryAfterSeconds }: VendingError) {
    super(code, message, retryAfterSeconds);
  }
}

/** Asks the provider once. Fails with a `VendingError` only when the provider was not called. */
export async function attemptIssue(
  deps: Dependencies,
  held: HeldLease,
  signal: AbortSignal,
  code: CodeAuthority | null,
): Promise<Attempt> {
  const { record, lease } = held;
  const isStatic = deps.provider.policy.renewal === "on-rotation";
  const account = secretAccount(deps, record.connection);
  const secret = await deps.secrets.read(account, isStatic ? 0 : secretMaxAgeMs, signal);
  const asked = { secretVersion: secret.version, scope: record.scope, latencyMs: null };
  const isHeldKey = isStatic && record.token?.secretVersion === secret.version;
  if (isHeldKey && lease.reason === "scheduled") return { ...asked, result: { kind: "unchanged" } };

  const authority = code ?? (await refreshAuthority(deps, record, signal).catch(sealingFailed));
  const grant = await openGrant(deps, secret, authority);
  if (isHeldKey && lease.reason === "rejected" && !grant.callsProvider) {
    return { ...asked, result: keyRefused };
  }
  const [scope] = await Promise.all([
    claimScope(deps, record, grant.revocationScope, signal),
    deps.sealer.prepare(record.connection, signal).catch(sealingFailed),
  ]);
  if (grant.callsProvider && !hasTimeFor(deps, held)) throw tooLateToAsk();
  const begun = deps.clock.now();
  const result = await grant.issue(callSignal(deps, held, signal));
  const latencyMs = grant.callsProvider ? msBetween(begun, deps.clock.now()) : null;
  return { result, secretVersion: secret.version, scope, latencyMs };
}

async function openGrant(
  deps: Dependencies,
  secret: Secret,
  authority: Authority | null,
): Promise<Grant> {
  const issuer = await deps.provider.issuer();
  try {
    return issuer.grantFrom(secret.text, authority);
  } catch (error) {
    throw error instanceof VendingError ? new UnusableSecret(error, secret.version) : error;
  }
}

/** A token that cannot be sealed cannot be stored, and what is not stored is not vended: it had better not be issued. */
function sealingFailed(error: unknown): never {
  throw error instanceof VendingError ? new SealingFailed(error) : error;
}

/** The call ends hard, early enough to store its outcome before the lease does. */
function callSignal(deps: Dependencies, held: HeldLease, parent: AbortSignal): AbortSignal {
  return deps.clock.timeout(Math.min(deps.timing.deadlineMs, msLeft(deps, held)), parent);
}

function msLeft(deps: Dependencies, { lease }: HeldLease): number {
  return Math.max(0, msBetween(deps.clock.now(), plusMs(lease.until, -commitReserveMs)));
}

/** A paused holder, or one whose secret came late, may find its lease all but over: it does not ask any more. */
function tooLateToAsk(): VendingError {
  const detail = "Preparing the provider call took so long that no time was left for the call.";
  return new VendingError("secret-unavailable", detail, 1);
}

function hasTimeFor(deps: Dependencies, held: HeldLease): boolean {
  return msLeft(deps, held) >= deps.timing.deadlineMs / 2;
}

const keyRefused: NotIssued = {
  kind: "not-issued",
  code: "credentials-rejected",
  detail:
    "A caller reports that the provider refuses this key, and the secret still holds it. Put a new key into the secret.",
  mayHaveIssued: false,
  retryAfterMs: null,
};

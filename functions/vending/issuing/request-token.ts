import { msBetween, plusMs } from "../../model/clock.ts";
import type { Connection } from "../../model/connection.ts";
import type { CodeCredential, GrantCredential } from "../../model/consent.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import type { Grant, Issued, NotIssued } from "../../model/provider.ts";
import { isStaticKey, secretAccount } from "../../model/provider.ts";
import type { Secret } from "../../model/secret-source.ts";
import { commitReserveMs } from "../../model/time-limits.ts";
import type { TokenRecord } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";
import { claimRevocationScope } from "./lease.ts";
import { openRefreshToken } from "./stored-consent.ts";

/** How old a cached secret may be, unless the provider has refused one. */
const secretMaxAgeMs = 300_000;

/** The provider's answer, and what it was asked with. */
export interface RenewalAttempt {
  /** `unchanged`: the stored static key is still the secret's value, and the provider was not asked about it. */
  readonly result: Issued | NotIssued | { readonly kind: "unchanged" };
  readonly secretVersion: string;
  readonly revocationScope: string | null;
  /** Null when the provider was not called. */
  readonly latencyMs: number | null;
}

/** This version of the secret cannot be used; only another version can help. */
export class UnusableSecret extends VendingError {
  readonly secretVersion: string;

  constructor(error: VendingError, secretVersion: string) {
    super(error.code, error.message);
    this.secretVersion = secretVersion;
  }
}

/** KMS failed, not the table: unlike a failure of the table, this one can be recorded. */
export class SealingFailed extends VendingError {
  constructor({ code, message, retryAfterSeconds }: VendingError) {
    super(code, message, retryAfterSeconds);
  }
}

/** The secret that an attempt uses. A static key, and a secret that replaces a refused one, are read past the cache. */
export function readSecret(
  deps: Dependencies,
  connection: Connection,
  record: TokenRecord | null,
  signal: AbortSignal,
): Promise<Secret> {
  const isStatic = isStaticKey(deps.provider.policy);
  const isRefused = record?.failure?.refusedSecretVersion != null;
  const maxAgeMs = isStatic || isRefused ? 0 : secretMaxAgeMs;
  return deps.secrets.read(secretAccount(deps, connection), maxAgeMs, signal);
}

/**
 * Calls the provider once, with `firstSecret` where the secret has been read already. Fails with a `VendingError` only if
 * the provider was not called.
 */
export async function requestToken(
  deps: Dependencies,
  held: HeldLease,
  firstSecret: Secret | null,
  code: CodeCredential | null,
  signal: AbortSignal,
): Promise<RenewalAttempt> {
  const { record } = held;
  // Before the secret: a consent that is over is over, whatever becomes of the secret.
  const credential = code ?? (await openRefreshToken(deps, record, signal).catch(sealingFailed));
  const secret = firstSecret ?? (await readSecret(deps, record.connection, record, signal));
  const { version: secretVersion } = secret;
  requireUnrefused(held, secretVersion);
  const grant = await openGrant(deps, secret, credential);
  if (isKeyUnchanged(deps, held, secretVersion, grant)) {
    const { revocationScope } = record;
    return { secretVersion, revocationScope, latencyMs: null, result: { kind: "unchanged" } };
  }
  const [revocationScope] = await Promise.all([
    claimRevocationScope(deps, held, grant.revocationScope, signal),
    // A token that cannot be sealed cannot be stored or vended, so it must not be issued either.
    deps.sealer.prepare(record.connection, signal).catch(sealingFailed),
  ]);
  if (grant.callsProvider && !hasTimeFor(deps, held)) throw tooLateToCall();
  const begunAt = deps.clock.now();
  const result = await grant.issue(callSignal(deps, held, signal));
  const elapsedMs = Math.max(0, msBetween(begunAt, deps.clock.now()));
  const latencyMs = grant.callsProvider ? elapsedMs : null;
  return { result, secretVersion, revocationScope, latencyMs };
}

/** Refused credentials are never sent again. A person's new consent is not turned away for an earlier refusal. */
function requireUnrefused({ record, lease }: HeldLease, secretVersion: string): void {
  const { failure } = record;
  if (failure?.refusedSecretVersion !== secretVersion || lease.reason === "consent") return;
  const detail = "The provider has refused these credentials. Put others into the secret.";
  throw new UnusableSecret(new VendingError("credentials-rejected", detail), secretVersion);
}

/** The stored key is the secret's value, and the provider cannot be asked about it or need not be. A damaged one is adopted anew. */
function isKeyUnchanged(
  { provider }: Dependencies,
  { record, lease }: HeldLease,
  secretVersion: string,
  { callsProvider }: Grant,
): boolean {
  if (!isStaticKey(provider.policy)) return false;
  if (record.token?.secretVersion !== secretVersion || record.damage.length > 0) return false;
  return lease.reason === "scheduled" || (lease.reason === "rejected" && !callsProvider);
}

async function openGrant(
  deps: Dependencies,
  secret: Secret,
  credential: GrantCredential | null,
): Promise<Grant> {
  const issuer = await deps.provider.issuer();
  try {
    return issuer.openGrant(secret.text, credential);
  } catch (error) {
    throw error instanceof VendingError ? new UnusableSecret(error, secret.version) : error;
  }
}

function sealingFailed(error: unknown): never {
  throw error instanceof VendingError ? new SealingFailed(error) : error;
}

/** Ends the call early enough for its outcome to be stored before the lease ends. */
function callSignal(deps: Dependencies, held: HeldLease, parent: AbortSignal): AbortSignal {
  return deps.clock.timeout(Math.min(deps.limits.deadlineMs, msLeft(deps, held)), parent);
}

function msLeft(deps: Dependencies, { lease }: HeldLease): number {
  return Math.max(0, msBetween(deps.clock.now(), plusMs(lease.until, -commitReserveMs)));
}

/** A holder that was paused, or whose secret came late, may have too little of its lease left for a call. */
function hasTimeFor(deps: Dependencies, held: HeldLease): boolean {
  return msLeft(deps, held) >= deps.limits.deadlineMs / 2;
}

function tooLateToCall(): VendingError {
  const detail = "Preparing the provider call took so long that no time was left for the call.";
  return new VendingError("secret-unavailable", detail, 1);
}

import { msBetween, plusMs } from "../../model/clock.ts";
import type { Connection } from "../../model/connection.ts";
import { secretAccount } from "../../model/connection.ts";
import type { CodeCredential, GrantCredential } from "../../model/consent.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import type { Grant, Issued, NotIssued } from "../../model/provider.ts";
import { isStaticKey } from "../../model/provider.ts";
import type { Secret } from "../../model/secret-source.ts";
import { commitReserveMs } from "../../model/time-limits.ts";
import type { TokenRecord } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";
import { claimRevocationScope } from "./claim-revocation-scope.ts";
import { openRefreshToken } from "./stored-consent.ts";

/** How old a cached secret may be, unless the provider has refused it. */
const secretMaxAgeMs = 300_000;

/** The provider's answer, and what the request used. */
export interface RenewalAttempt {
  /** `unchanged`: the stored static key is still the secret's value, and the provider was not called. */
  readonly result: Issued | NotIssued | { readonly kind: "unchanged" };
  readonly secretVersion: string;
  readonly revocationScope: string | null;
  /** Null when the provider was not called. */
  readonly latencyMs: number | null;
  /** How long the write of the lease took. */
  readonly leaseTookMs: number;
  /** Of a new consent. */
  readonly begunBy?: string | undefined;
}

/** This version of the secret cannot be used; only another version can help. */
export class UnusableSecret extends VendingError {
  readonly secretVersion: string;

  constructor(error: VendingError, secretVersion: string) {
    super(error.code, error.message);
    this.secretVersion = secretVersion;
  }
}

/** KMS failed, not the table, so the failure can be recorded. */
export class SealingFailed extends VendingError {
  /** The secret's version, if it has been read before. */
  readonly secretVersion: string | null;

  constructor({ code, message, retryAfterSeconds }: VendingError, secretVersion: string | null) {
    super(code, message, retryAfterSeconds);
    this.secretVersion = secretVersion;
  }
}

/**
 * What an attempt needs from AWS. Requested while the lease is taken, so that nobody waits for one after the other. Null,
 * if the secret is not to come from the cache: then only who gets the lease reads it, and may not need a key.
 */
export interface Preparations {
  readonly secret: Promise<Secret> | null;
  /** A token that cannot be sealed can be neither stored nor vended, so it must not be issued. */
  readonly dataKey: Promise<void> | null;
}

export function prepare(
  deps: Dependencies,
  connection: Connection,
  record: TokenRecord | null,
  signal: AbortSignal,
): Preparations {
  if (record && secretMaxAge(deps, record) === 0) return { secret: null, dataKey: null };
  const secret = readSecret(deps, connection, record, signal);
  const prepareKey = () => deps.sealer.prepare(connection, signal);
  // An account that does not exist must not cost a key.
  const dataKey = record ? prepareKey() : secret.then(prepareKey);
  // Their failures are handled where they are awaited, if this process gets the lease.
  for (const preparation of [secret, dataKey]) preparation.catch(() => {});
  return { secret, dataKey };
}

function readSecret(
  deps: Dependencies,
  connection: Connection,
  record: TokenRecord | null,
  signal: AbortSignal,
): Promise<Secret> {
  return deps.secrets.read(secretAccount(deps, connection), secretMaxAge(deps, record), signal);
}

/** Zero for static keys, and after a refusal. */
function secretMaxAge({ provider }: Dependencies, record: TokenRecord | null): number {
  const isRefused = record?.failure?.refusedSecretVersion != null;
  return isStaticKey(provider.policy) || isRefused ? 0 : secretMaxAgeMs;
}

/** Calls the provider once. Fails with a `VendingError` only if the provider was not called. */
export async function requestToken(
  deps: Dependencies,
  held: HeldLease,
  preparations: Preparations,
  code: CodeCredential | null,
  signal: AbortSignal,
): Promise<RenewalAttempt> {
  const { record, lease } = held;
  const leaseTookMs = Math.max(0, msBetween(lease.since, deps.clock.now()));
  // Before the secret is awaited: a missing consent takes precedence over a missing secret.
  const credential =
    code ?? (await openRefreshToken(deps, record, signal).catch(sealingFailed(null)));
  const { connection } = record;
  const secret = await (preparations.secret ?? readSecret(deps, connection, record, signal));
  const { version: secretVersion } = secret;
  requireUnrefused(held, secretVersion);
  const grant = await openGrant(deps, secret, credential);
  if (isKeyUnchanged(deps, held, secretVersion, grant)) {
    const { revocationScope } = record;
    const result = { kind: "unchanged" } as const;
    return { secretVersion, revocationScope, latencyMs: null, leaseTookMs, result };
  }
  const dataKey = preparations.dataKey ?? deps.sealer.prepare(connection, signal);
  const [revocationScope] = await Promise.all([
    claimRevocationScope(deps, held, grant.revocationScope, signal),
    dataKey.catch(sealingFailed(secretVersion)),
  ]);
  if (grant.callsProvider && !hasTimeFor(deps, held)) throw tooLateToCall();
  const begunAt = deps.clock.now();
  const result = await grant.issue(callSignal(deps, held, signal));
  const elapsedMs = Math.max(0, msBetween(begunAt, deps.clock.now()));
  const latencyMs = grant.callsProvider ? elapsedMs : null;
  const begunBy = code?.asked?.begunBy;
  return { result, secretVersion, revocationScope, latencyMs, leaseTookMs, begunBy };
}

/** Refused credentials are not sent again, except to redeem a new consent. */
function requireUnrefused({ record, lease }: HeldLease, secretVersion: string): void {
  const { failure } = record;
  if (failure?.refusedSecretVersion !== secretVersion || lease.reason === "consent") return;
  const detail = "The provider has refused these credentials. Put others into the secret.";
  throw new UnusableSecret(new VendingError("credentials-rejected", detail), secretVersion);
}

/** The stored key is still the secret's value, and no probe is possible or needed. A damaged record needs a new commit. */
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

function sealingFailed(secretVersion: string | null): (error: unknown) => never {
  return (error) => {
    throw error instanceof VendingError ? new SealingFailed(error, secretVersion) : error;
  };
}

/** Aborts the call early enough to store its outcome before the lease ends. */
function callSignal(deps: Dependencies, held: HeldLease, parent: AbortSignal): AbortSignal {
  return deps.clock.timeout(Math.min(deps.limits.deadlineMs, msLeft(deps, held)), parent);
}

function msLeft(deps: Dependencies, { lease }: HeldLease): number {
  return Math.max(0, msBetween(deps.clock.now(), plusMs(lease.until, -commitReserveMs)));
}

/** False for a holder that was paused, or waited long for its secret, and has too little of its lease left. */
function hasTimeFor(deps: Dependencies, held: HeldLease): boolean {
  return msLeft(deps, held) >= deps.limits.deadlineMs / 2;
}

function tooLateToCall(): VendingError {
  const detail = "Preparing the provider call took so long that no time was left for the call.";
  return new VendingError("secret-unavailable", detail, 1);
}

import type { Connection } from "../model/connection.ts";
import { secretAccount } from "../model/connection.ts";
import type { Credential } from "../model/credential.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { Presentation } from "../model/provider.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { StoredConsent, StoredToken, TokenRecord } from "../model/token-record.ts";
import { boundTokenIn, vendedAttributes } from "../model/token-record.ts";
import { decide, noFindings } from "./decision/decide.ts";
import type { Decision, Findings, VendConstraints } from "./decision/decision.ts";

/** How old a cached secret may be that the provider has refused: limits how often a process reads it again. */
const refusedSecretMaxAgeMs = 1000;

/** The state of one request: the record as last read, what the caller still demands, and the renewal that it has caused. */
export interface Progress {
  readonly record: TokenRecord | null;
  readonly constraints: VendConstraints;
  /** With which version of the secret it renewed; the version is null if the secret was not read. */
  readonly renewed: { readonly secretVersion: string | null } | null;
}

export interface VendStep {
  readonly action: "vend";
  readonly credential: Credential;
  readonly renewAt: Date;
}

export type RenewStep = Extract<Decision, { action: "renew" }>;

type Step = VendStep | Exclude<Decision, { action: "vend" | "check-secret" }>;

/**
 * What to do next. Looking up the secret's version and the token's data key takes time, so the decision is made again
 * after each: no token is vended that has expired meanwhile.
 */
export async function nextStep(
  deps: Dependencies,
  connection: Connection,
  progress: Progress,
  signal: AbortSignal,
): Promise<Step> {
  const { record } = progress;
  let findings = noFindings;
  let credential: Credential | null = null;
  for (;;) {
    const decided = await decideWithSecret(deps, connection, progress, findings, signal);
    const { decision } = decided;
    if (decision.action !== "vend" || !record) return decision as Exclude<Step, VendStep>;
    const { token } = decision;
    if (credential) return { action: "vend", credential, renewAt: token.renewAt };
    credential = await openCredential(deps, record, token, signal);
    const unreadableVersion = credential ? null : record.version;
    findings = { ...decided.findings, unreadableVersion };
  }
}

/** The decision. Reads the secret if the decision depends on its current version. */
export async function decideWithSecret(
  deps: Dependencies,
  connection: Connection,
  { record, constraints, renewed }: Progress,
  known: Findings,
  signal: AbortSignal,
): Promise<{
  readonly decision: Exclude<Decision, { action: "check-secret" }>;
  readonly findings: Findings;
}> {
  let findings = { ...known, realmFreeze: deps.store.realmFreeze() };
  for (;;) {
    const { policy } = deps.provider;
    const decision = decide(record, policy, constraints, deps.clock.now(), findings);
    if (decision.action !== "check-secret") return { decision, findings };
    const maxAgeMs = renewed ? 0 : refusedSecretMaxAgeMs;
    const account = secretAccount(deps, connection);
    const secret = await deps.secrets.read(account, maxAgeMs, signal).catch(() => null);
    // If the secret cannot be read, the recorded refusal still applies.
    findings = { ...findings, secretVersion: secret?.version ?? decision.refusedVersion };
  }
}

/** Null when the token does not open: it was sealed with another key, and is lost. */
async function openCredential(
  { sealer, log, provider }: Dependencies,
  { connection, version, consent }: TokenRecord,
  stored: StoredToken,
  signal: AbortSignal,
): Promise<Credential | null> {
  const { fingerprint, issuedAt, usableUntil, expiresAt, terms } = stored;
  const as = { connection, version, kind: "token", terms } as const;
  const opened = await sealer.open(stored.sealed, as, signal);
  if (!opened) {
    log.error("token-unreadable", { connection, version, fingerprint });
    return null;
  }
  const attributes = vendedAttributes(stored, consent);
  return {
    ...{ connection, version, fingerprint, ...presented(opened, provider.presentation) },
    ...{ issuedAt, usableUntil, expiresAt },
    ...(consent && grantOf(consent)),
    ...(attributes && { attributes }),
  };
}

/** A token that is bound to a key says so in its header (RFC 9449 §7.1), whatever the settings have become since. */
function presented(
  opened: Sensitive,
  presentation: Presentation,
): Pick<Credential, "token" | "proofKey" | "presentation"> {
  const { token, proofKey } = boundTokenIn(opened);
  if (!proofKey) return { token, presentation };
  return { token, proofKey, presentation: { ...presentation, scheme: "DPoP" } };
}

/** What a caller has to know of a consent, if anything. */
function grantOf({ grantedScope, details }: StoredConsent): Pick<Credential, "grantedScope"> {
  const { withheldScope, addedScope } = details ?? {};
  const isAsAsked = withheldScope === undefined && addedScope === undefined;
  return grantedScope !== null && !isAsAsked ? { grantedScope } : {};
}

import type { Connection } from "../model/connection.ts";
import { accountOf, secretAccount } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { needsNewSecret, VendingError } from "../model/errors.ts";
import type { Grant, Issued, NotIssued } from "../model/provider.ts";
import { isByConsent, isStaticKey, revokesOnIssue } from "../model/provider.ts";
import type {
  SecretCheck,
  SecretCheckRequest,
  SecretInspector,
  SecretTrial,
  StatedProblem,
} from "../model/secret-check.ts";
import type { Secret, SecretVersions } from "../model/secret-source.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { CredentialCache } from "./credential-cache.ts";
import { vendToken } from "./vend-token.ts";

/**
 * Checks a version of a secret for an operator: whether its provider's members are there, whether the provider accepts it,
 * and whether it is in use. A trial takes no lease: what it obtains is neither stored nor vended, and revokes nothing.
 */
export async function checkSecret(
  deps: Dependencies,
  { versions, examine }: SecretInspector,
  request: SecretCheckRequest,
  deadline: Deadline,
): Promise<SecretCheck> {
  const { connection } = request;
  const { signal } = deadline;
  const refusal = request.isAdopted ? await refusalOfVend(deps, connection, deadline) : null;
  const account = secretAccount(deps, connection);
  const secret = versions.nameOf(account);
  const record = await deps.store.read(connection, signal);
  const known = { connection, secret, refusal, ...stateOf(record) };
  try {
    const read = await versions.read(account, request.version, signal);
    const isSameAsCurrent =
      request.version !== null && (await isCurrentValue(versions, account, read, signal));
    const checked = await tryOut(deps, request, read, record, signal);
    const examination = examine(read.text);
    return { ...known, ...checked, examination, versionId: read.version, isSameAsCurrent };
  } catch (error) {
    const unread = { versionId: null, isSameAsCurrent: false, trial: untried("") };
    return { ...known, ...unread, unusable: statedProblem(error), examination: null };
  }
}

function stateOf(record: TokenRecord | null): Pick<SecretCheck, "stored" | "failure"> {
  const { token = null, failure = null } = record ?? {};
  return {
    stored: record &&
      token && {
        version: record.version,
        fingerprint: token.fingerprint,
        secretVersion: token.secretVersion,
      },
    failure: failure && { code: failure.code, detail: failure.detail },
  };
}

async function isCurrentValue(
  versions: SecretVersions,
  account: string,
  read: Secret,
  signal: AbortSignal,
): Promise<boolean> {
  // A secret whose first version is the pending one has no other.
  const current = await versions.read(account, null, signal).catch(() => null);
  if (!current || current.version === read.version) return false;
  return current.text.expose() === read.text.expose();
}

async function tryOut(
  deps: Dependencies,
  { connection, isTried }: SecretCheckRequest,
  { text, version }: Secret,
  record: TokenRecord | null,
  signal: AbortSignal,
): Promise<Pick<SecretCheck, "unusable" | "trial">> {
  const issuer = await deps.provider.issuer();
  let grant: Grant;
  try {
    grant = issuer.openGrant(text, null);
  } catch (error) {
    return { unusable: statedProblem(error), trial: untried("") };
  }
  if (revokesOnIssue(deps.provider.policy)) return { unusable: null, trial: untried(wouldRevoke) };
  if (grant.callsProvider) {
    const reason = isTried ? reasonToWait(deps, record, version) : untried(notWanted);
    if (reason) return { unusable: null, trial: reason };
  }
  const { trial, fingerprint } = await askProvider(deps, grant, signal);
  if (trial.outcome !== "not-tried") {
    deps.log.info("secret-tried", { connection, secretVersion: version, fingerprint, ...trial });
  }
  return { unusable: null, trial };
}

/** Null where the provider may be asked now, as a renewal may. */
function reasonToWait(
  { store, clock }: Dependencies,
  record: TokenRecord | null,
  version: string,
): SecretTrial | null {
  if (store.realmFreeze() ?? record?.frozen) return untried(isFrozen);
  const { failure = null } = record ?? {};
  if (!failure || failure.retryAt <= clock.now()) return null;
  // Another version than the one that has failed is what such a failure waits for.
  if (needsNewSecret(failure.code) && failure.secretVersion !== version) return null;
  const detail = `The last renewal has failed (${failure.code}): nothing is asked before ${failure.retryAt.toISOString()}.`;
  return { outcome: "unclear", detail, expiresAt: null };
}

/** Without a consent nothing is sent to a provider of consents: its issuer looks at the certificate only. */
async function askProvider(
  deps: Dependencies,
  grant: Grant,
  signal: AbortSignal,
): Promise<{ readonly trial: SecretTrial; readonly fingerprint: string | null }> {
  const { clock, limits } = deps;
  const result = await grant.issue(clock.timeout(limits.deadlineMs, signal));
  const fingerprint = result.kind === "issued" ? deps.fingerprint(result.token.expose()) : null;
  return { trial: trialOf(deps, grant, result), fingerprint };
}

function trialOf(
  { provider }: Dependencies,
  grant: Grant,
  result: Issued | NotIssued,
): SecretTrial {
  const isKey = isStaticKey(provider.policy);
  const expiresAt = isKey && result.kind === "issued" ? result.expiresAt : null;
  if (result.kind === "not-issued") {
    if (result.code === "credentials-rejected") {
      return { outcome: "refused", detail: result.detail, expiresAt };
    }
    if (isByConsent(provider.policy)) return untried(needsConsent);
    return { outcome: "unclear", detail: result.detail, expiresAt };
  }
  if (!grant.callsProvider) return { ...untried(noProbe), expiresAt };
  return { outcome: "accepted", detail: "", expiresAt };
}

const wouldRevoke =
  "A new token would revoke the one in use. The next renewal requests one with this value.";
const isFrozen = "It is frozen: nothing is asked of its provider until it is thawed.";
const notWanted = "A check with --try asks it, by requesting a token that is discarded.";
const needsConsent = "It is sent only together with a person's consent.";
const noProbe = "No probePath is set for this realm.";

function untried(detail: string): SecretTrial {
  return { outcome: "not-tried", detail, expiresAt: null };
}

async function refusalOfVend(
  deps: Dependencies,
  connection: Connection,
  deadline: Deadline,
): Promise<SecretCheck["refusal"]> {
  const request = { account: accountOf(connection), minValiditySeconds: 0, rejectedVersion: null };
  try {
    await vendToken(deps, new CredentialCache(deps.clock), request, deadline);
    return null;
  } catch (error) {
    const stated = statedProblem(error);
    const retryable = error instanceof VendingError && error.retryAfterSeconds !== null;
    return { ...stated, retryable };
  }
}

/** A defect is not reported here, but where every defect is. */
function statedProblem(error: unknown): StatedProblem {
  if (!(error instanceof VendingError)) throw error;
  return { code: error.code, detail: error.message };
}

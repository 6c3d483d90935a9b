import type { Browser } from "../model/browser-secrets.ts";
import { connectionOf } from "../model/connection.ts";
import type { AuthorizationRequest, AuthorizationResponse, NamedOwner } from "../model/consent.ts";
import type { Completion, ConsentRefusal } from "../model/consent-outcome.ts";
import { VendingError } from "../model/errors.ts";
import type { PendingConsent } from "../model/pending-consents.ts";
import type { Deadline } from "../model/time-limits.ts";
import { leaseMs } from "../vending/issuing/lease.ts";
import { authorizationRequestOf, readState } from "./authorization-request.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { isOfLink, provenOwner } from "./link-proof.ts";
import { pendingFields, refused, refusedLink, usableLink } from "./link-state.ts";
import { grantedFields, redeemCode } from "./redeem-code.ts";
import { OtherOwner } from "./refuse-owner.ts";

/** An upper bound on the time for claiming the pending consent. */
const claimTimeoutMs = 500;

/**
 * Handles the provider's redirect. Checks that the response belongs to this browser, realm and provider, before anything
 * is written; claims the pending consent, which succeeds once; redeems the code. Fails with a `VendingError` only while
 * the link can still be used.
 */
export async function completeConsent(
  deps: ConsentDependencies,
  parameters: URLSearchParams,
  browser: Browser,
  deadline: Deadline,
): Promise<Completion | ConsentRefusal> {
  const state = hasRepetition(parameters) ? null : readState(parameters.get("state"));
  if (!state) return refused(deps, "mixed-up", null);
  const browserSecret = browser.secretFor(state.pendingId);
  if (!browserSecret) return refused(deps, "cookies-needed", state.pendingId);
  if (!isOfLink(deps, browserSecret, state.pendingId)) {
    return refused(deps, "mixed-up", state.pendingId);
  }
  const request = authorizationRequestOf(deps, state, browserSecret);
  if (!request) return refused(deps, "mixed-up", state.pendingId);
  const response = (await deps.flow()).readAuthorizationResponse(parameters);
  if (response.kind === "mismatch") return refused(deps, "mixed-up", state.pendingId);

  const hash = deps.browserSecrets.hash(browserSecret);
  const usable = await usableLink(deps, state.pendingId, hash, deadline.signal);
  if ("reason" in usable) return usable;
  const owner = await provenOwner(deps, usable, deadline.signal);
  if ("reason" in owner) return owner;
  if (response.kind === "code") requireTime(deps, deadline);
  const claimed = await claimPendingConsent(deps, state.pendingId, hash, deadline);
  if ("reason" in claimed) return claimed;
  // Not the claimed row: only the account and the owner that were proven.
  return finishConsent(deps, { ...usable, owner }, response, request, deadline);
}

/** Parameters must not be repeated (RFC 6749 §3.1): implementations differ in which value they use. */
function hasRepetition(parameters: URLSearchParams): boolean {
  return new Set(parameters.keys()).size < parameters.size;
}

/** Refuses when an invocation cannot finish in time, before it uses up the link. */
function requireTime({ limits }: ConsentDependencies, { msLeft }: Deadline): void {
  if (claimTimeoutMs + leaseMs(limits) <= msLeft()) return;
  throw new VendingError("renewal-in-progress", "Too little time is left to redeem the code.", 1);
}

async function claimPendingConsent(
  deps: ConsentDependencies,
  id: string,
  hash: string,
  { signal }: Deadline,
): Promise<PendingConsent | ConsentRefusal> {
  const now = deps.clock.now();
  const { done, pending } = await deps.pendingConsents.claim(id, hash, now, signal);
  return done ? pending : refusedLink(deps, id, pending, hash, now);
}

async function finishConsent(
  deps: ConsentDependencies,
  { owner, ...pending }: PendingConsent & { readonly owner: NamedOwner },
  response: Exclude<AuthorizationResponse, { kind: "mismatch" }>,
  request: AuthorizationRequest,
  deadline: Deadline,
): Promise<Completion> {
  const connection = connectionOf(deps.realm, pending.account);
  const fields = pendingFields(deps, pending);
  if (response.kind === "denied") {
    deps.log.info("consent-denied", fields);
    return { kind: "denied", connection };
  }
  if (response.kind === "failed") {
    const { error } = response;
    deps.log.warn("consent-refused", { ...fields, reason: "provider-error", error });
    return { kind: "provider-error", connection };
  }
  try {
    const { kind, code, parameters = {} } = response;
    const asked = { ...owner, begunBy: pending.begunBy };
    const credential = { kind, code, parameters, authorizationRequest: request, asked };
    const record = await redeemCode(deps, connection, credential, deadline);
    deps.log.info("consent-granted", { ...fields, ...grantedFields(record) });
    return { kind: "granted", connection, flow: await deps.flow(), record };
  } catch (error) {
    if (!(error instanceof VendingError)) throw error;
    deps.log.warn("consent-refused", { ...fields, reason: error.code, detail: error.message });
    if (error instanceof OtherOwner) return { kind: error.kind, connection };
    return { kind: "not-issued", connection, code: error.code };
  }
}

import { plusMs } from "../model/clock.ts";
import { connectionOf } from "../model/connection.ts";
import type { Callback, Journey } from "../model/consent.ts";
import type { Browser, Completion, Refusal } from "../model/consent-outcome.ts";
import { VendingError } from "../model/errors.ts";
import type { PendingConsent } from "../model/pending-consents.ts";
import type { Sensitive } from "../model/sensitive.ts";
import { leaseMs } from "../model/call-limits.ts";
import type { Call } from "../model/deadline.ts";
import { issueByConsent } from "./redeem-code.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { journeyFrom, readState } from "./authorization-request.ts";
import { pendingFields } from "./pending-fields.ts";
import { obstacle, refused } from "./link-state.ts";

/** What taking the row costs, amply. */
const takeMs = 500;

/**
 * The provider has sent a browser back. Whether the answer is one to this browser, in this realm, from this provider, is
 * settled before anything is written; then the row is taken, once, and only then is the code used, at once. Fails with a
 * `VendingError` only while the link is still good.
 */
export async function completeConsent(
  deps: ConsentDependencies,
  parameters: URLSearchParams,
  browser: Browser,
  call: Call,
): Promise<Completion | Refusal> {
  const claim = hasRepetition(parameters) ? null : readState(parameters.get("state") ?? "");
  if (!claim) return refused(deps, "mixed-up", null);
  const secret = browser.secretFor(claim.pendingId);
  if (!secret) return refused(deps, "cookies-needed", claim.pendingId);
  const journey = journeyFrom(deps, claim, secret);
  if (!journey) return refused(deps, "mixed-up", claim.pendingId);
  const callback = (await deps.flow()).readCallback(parameters);
  if (callback.kind === "mismatch") return refused(deps, "mixed-up", claim.pendingId);
  if (callback.kind === "code") requireTime(deps, call);

  const taken = await take(deps, claim.pendingId, secret, call);
  return "reason" in taken ? taken : conclude(deps, taken, callback, journey, call);
}

/** Parameters must not be given more than once (RFC 6749 §3.1): readers differ in which one they believe. */
function hasRepetition(parameters: URLSearchParams): boolean {
  return new Set(parameters.keys()).size < parameters.size;
}

/** A link is not used up by an invocation that cannot finish. */
function requireTime({ clock, timing }: ConsentDependencies, { deadlineAt }: Call): void {
  if (plusMs(clock.now(), takeMs + leaseMs(timing)) <= deadlineAt) return;
  throw new VendingError("renewal-in-progress", "Too little time is left to use a code.", 1);
}

async function take(
  deps: ConsentDependencies,
  id: string,
  secret: Sensitive,
  { signal }: Call,
): Promise<PendingConsent | Refusal> {
  const now = deps.clock.now();
  const hash = deps.browserSecrets.hash(secret);
  const { done, pending } = await deps.pendingConsents.take(id, hash, now, signal);
  if (done) return pending;
  // A row that nobody has continued with has sent nobody to the provider.
  return refused(deps, obstacle(pending, hash, now) ?? "mixed-up", pending ?? id);
}

async function conclude(
  deps: ConsentDependencies,
  pending: PendingConsent,
  callback: Exclude<Callback, { kind: "mismatch" }>,
  journey: Journey,
  call: Call,
): Promise<Completion> {
  const connection = connectionOf(deps.realm, pending.account);
  const fields = pendingFields(deps, pending);
  if (callback.kind === "denied") {
    deps.log.info("consent-denied", fields);
    return { kind: "denied", connection };
  }
  if (callback.kind === "failed") {
    const { error } = callback;
    deps.log.warn("consent-refused", { ...fields, reason: "provider-error", error });
    return { kind: "provider-error", connection };
  }
  try {
    const authority = { kind: "code", code: callback.code, journey } as const;
    const record = await issueByConsent(deps, connection, authority, call);
    deps.log.info("consent-granted", { ...fields, version: record.version });
    return { kind: "granted", connection, flow: await deps.flow(), record };
  } catch (error) {
    if (!(error instanceof VendingError)) throw error;
    deps.log.warn("consent-refused", { ...fields, reason: error.code, detail: error.message });
    return { kind: "not-issued", connection, code: error.code };
  }
}

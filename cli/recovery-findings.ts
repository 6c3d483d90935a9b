import type { ConnectionAnswer } from "../functions/http/status-contract.ts";
import type { ConnectionState } from "../functions/model/connection-status.ts";
import type { ProblemCode } from "../functions/model/errors.ts";
import { sealingProblem } from "../functions/model/errors.ts";
import type { ProviderId } from "../functions/providers/catalogue.ts";
import { declarationOf, providerIds } from "../functions/providers/catalogue.ts";
import type { CliProblem } from "./failure.ts";

/** A connection, and what was found out about it. */
export interface ExaminedConnection {
  readonly connection: string;
  /** Null: the table has no record of it. */
  readonly status: ConnectionAnswer | null;
  /** Why its credential could not be vended; null where it could, or where that was not tried. */
  readonly problem: CliProblem | null;
}

export type RecoveryFinding =
  | "fine"
  | "idle"
  | "renewing"
  | "restored"
  | "restored-consent"
  | "no-record"
  | "no-consent"
  | "damaged"
  | "key-unavailable"
  | "other-key"
  | "secret-refused"
  | "contested"
  | "frozen"
  | "failing";

/** What is wrong, if anything. `restoredAt`: since when the functions use a restored table; null where they do not. */
export function findingOf(
  { connection, status, problem }: ExaminedConnection,
  restoredAt: Date | null,
): RecoveryFinding {
  if (!status) return isLeftToPeople(connection) ? "no-consent" : "no-record";
  if (problem) return findingOfProblem(problem);
  if (status.state === "frozen") return "frozen";
  if (status.state === "consent-required") return "no-consent";
  return restoredFinding(status, restoredAt) ?? stateFinding(status);
}

function stateFinding(status: ConnectionAnswer): RecoveryFinding {
  return stateFindings[status.state] ?? failureFinding(status);
}

/** Null where the last failure tells. */
const stateFindings: Readonly<Record<ConnectionState, RecoveryFinding | null>> = {
  empty: null,
  usable: null,
  renewing: "renewing",
  expired: null,
  "backing-off": null,
  contested: "contested",
  "credentials-rejected": "secret-refused",
  "consent-required": "no-consent",
  frozen: "frozen",
  damaged: "damaged",
};

/**
 * A token from before the restored table was used may have been revoked since; one that has expired is vended to nobody.
 * A static key is compared with its secret at each vend, wherever its record comes from. A restored consent is left
 * alone in every state: a vend that renews would use its refresh token.
 */
function restoredFinding(
  { connection, state, issuedAt }: ConnectionAnswer,
  restoredAt: Date | null,
): RecoveryFinding | null {
  if (!restoredAt || !issuedAt || Date.parse(issuedAt) >= restoredAt.getTime()) return null;
  if (isLeftToPeople(connection)) return "restored-consent";
  return state === "usable" && !isStaticKeyConnection(connection) ? "restored" : null;
}

function failureFinding({ state, lastFailure }: ConnectionAnswer): RecoveryFinding {
  if (lastFailure) return findingOfProblem(lastFailure);
  return state === "usable" ? "fine" : "idle";
}

/** By the problem that a vend answered, or that the last renewal left in the record. */
export function findingOfProblem({
  code,
  detail,
}: Pick<CliProblem, "code" | "detail">): RecoveryFinding {
  if (code === "store-unavailable" && sealingProblem.noAnswer.test(detail))
    return "key-unavailable";
  if (code === "store-unavailable" && detail.includes(sealingProblem.otherKey)) return "other-key";
  // The command line's own problems, and codes of a deployment that is newer, are in no table here.
  return problemFindings[code as ProblemCode] ?? "failing";
}

const problemFindings: Readonly<Record<ProblemCode, RecoveryFinding>> = {
  "invalid-request": "failing",
  "unknown-connection": "failing",
  "scope-conflict": "failing",
  "validity-unavailable": "failing",
  "consent-required": "no-consent",
  frozen: "frozen",
  "credentials-rejected": "secret-refused",
  "secret-malformed": "secret-refused",
  "provider-malformed": "failing",
  contested: "contested",
  "provider-throttled": "failing",
  "provider-unavailable": "failing",
  "renewal-in-progress": "failing",
  "store-unavailable": "failing",
  "secret-unavailable": "failing",
  internal: "failing",
};

/** Where a person has consented, and where this command line is too old to know the provider: nothing is renewed. */
export function isLeftToPeople(connection: string): boolean {
  const type = credentialTypeOf(connection);
  return type === "consent" || type === null;
}

export function isStaticKeyConnection(connection: string): boolean {
  return credentialTypeOf(connection) === "static-key";
}

function credentialTypeOf(connection: string) {
  const [provider] = connection.split("/");
  const id = providerIds.find((each): each is ProviderId => each === provider);
  return id ? declarationOf(id).credential.type : null;
}

interface RecoveryGuide {
  /** A few words for the table. */
  readonly summary: string;
  readonly advice: string | null;
  /** The command that helps, for each connection. */
  readonly command?: (connection: string) => string;
  /** What --yes does: report the current version as rejected, or vend. */
  readonly repair: "reject" | "vend" | null;
}

const consentLink = (connection: string) => `npm run vend -- consent ${connection}`;

export const recoveryGuides: Readonly<Record<RecoveryFinding, RecoveryGuide>> = {
  fine: { summary: "–", advice: null, repair: null },
  idle: { summary: "nothing stored", advice: null, repair: null },
  renewing: { summary: "is being renewed", advice: null, repair: null },
  restored: {
    summary: "restored: may be revoked",
    advice: "--yes reports each token as rejected, so that it is replaced once.",
    repair: "reject",
  },
  "restored-consent": {
    summary: "restored: may have ended",
    advice:
      "Left alone: the next renewal tries the restored refresh token. Which ones the provider refuses: docs/recovery.md#restored-consents. For those:",
    command: consentLink,
    repair: null,
  },
  "no-record": {
    summary: "no record",
    advice: "--yes vends from each, which issues its first token.",
    repair: "vend",
  },
  "no-consent": {
    summary: "needs a consent",
    advice:
      "Make a link when its person is there to use it, unless the status shows that they were asked.",
    command: consentLink,
    repair: null,
  },
  damaged: {
    summary: "damaged record",
    advice: "--yes vends from each, which repairs the record.",
    repair: "vend",
  },
  "key-unavailable": {
    summary: "KMS refuses its key",
    advice: "Enable the sealing key: docs/recovery.md#sealing-key-unavailable",
    repair: null,
  },
  "other-key": {
    summary: "sealed by another key",
    advice: "Give the functions that key again. If it is lost, each person has to consent again:",
    command: consentLink,
    repair: null,
  },
  "secret-refused": {
    summary: "secret refused",
    advice: "Correct the secret, then --yes: docs/recovery.md#secret-rolled-back",
    repair: "vend",
  },
  contested: {
    summary: "another issuer",
    advice: "Find out who else requests tokens: docs/operations.md#contested",
    repair: null,
  },
  frozen: {
    summary: "frozen on purpose",
    advice: "Left alone until an operator thaws it: docs/operations.md#freezing",
    repair: null,
  },
  failing: {
    summary: "not renewed",
    advice: "See its last failure in docs/operations.md; --yes vends from each.",
    command: (connection) => `npm run vend -- vend ${connection}`,
    repair: "vend",
  },
};

import * as v from "valibot";
import type { FunctionKind } from "./deployed-functions.ts";
import { jsonInLine } from "./function-logs.ts";
import type { LoggedLine } from "./log-reader.ts";

/** What an event is about. `notice`: something to know that neither failed nor changed anything. */
type HistoryKind = "issue" | "wait" | "rejection" | "failure" | "consent" | "freeze" | "notice";

/** One event of a connection, as a function logged it (docs/operations.md#looking). What it does not state is null. */
export interface HistoryEvent {
  readonly at: Date;
  readonly kind: HistoryKind;
  /** The log's name of it. */
  readonly event: string;
  readonly loggedBy: FunctionKind;
  /** For a realm's freeze that realm, else the connection. */
  readonly about: string;
  readonly version: number | null;
  readonly fence: number | null;
  readonly fingerprint: string | null;
  /** Why a token was requested, a browser refused, or a connection frozen. */
  readonly reason: string | null;
  /** The outcome of a request to the provider or, of a problem, its code. */
  readonly outcome: string | null;
  /** What failed, in words. */
  readonly detail: string | null;
  /** How long a request took, or a caller waited, in milliseconds. */
  readonly durationMs: number | null;
  /** Who did it: a principal, or AWS's id of the request. */
  readonly by: string | null;
  /** When an operator froze it; until when a link, consent or key lasts. */
  readonly statedAt: Date | null;
  /** How often it was repeated since it was logged before, or failed in a row. */
  readonly count: number | null;
}

const kindOf: Readonly<Record<string, HistoryKind>> = {
  "token-issued": "issue",
  waited: "wait",
  rejected: "rejection",
  "key-rejected": "rejection",
  "issue-failed": "failure",
  "renewal-failed": "failure",
  "prune-failed": "failure",
  "late-issue": "failure",
  refused: "failure",
  defect: "failure",
  "token-unreadable": "failure",
  "refresh-token-unreadable": "failure",
  "record-damaged": "failure",
  "record-went-back": "failure",
  "consent-begun": "consent",
  "consent-offered": "consent",
  "consent-continued": "consent",
  "consent-granted": "consent",
  "consent-denied": "consent",
  "consent-refused": "consent",
  "consent-not-replaced": "consent",
  "unstored-consent-revoked": "consent",
  "consent-disconnected": "consent",
  "consent-not-revoked": "consent",
  "link-not-made": "consent",
  "link-forged": "consent",
  frozen: "freeze",
  thawed: "freeze",
  "secret-tried": "notice",
  resealed: "notice",
  "key-expires-soon": "notice",
  "consent-ends-soon": "notice",
};

// Whoever may write to the log could have written these lines.
const text = v.nullish(v.pipe(v.string(), v.maxLength(1000)), null);
const number = v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), null);
const instant = v.nullish(v.pipe(v.string(), v.maxLength(40), v.isoTimestamp()), null);

const historyLine = v.object({
  event: v.pipe(v.string(), v.maxLength(40)),
  ...{ connection: text, realm: text, version: number, fence: number, fingerprint: text },
  ...{ reason: text, outcome: text, code: text, detail: text, error: text },
  ...{ latencyMs: number, waitedMs: number, principal: text, requestId: text, begunBy: text },
  ...{ by: text, at: instant, expiresAt: instant, endsAt: instant },
  ...{ count: number, repeated: number },
});

type HistoryLine = v.InferOutput<typeof historyLine>;

/** Null for a line of any other kind. */
export function readHistoryEvent(logged: LoggedLine, loggedBy: FunctionKind): HistoryEvent | null {
  const parsed = v.safeParse(historyLine, jsonInLine(logged));
  if (!parsed.success) return null;
  const line = parsed.output;
  const { event, version, fence, fingerprint, reason } = line;
  const kind = Object.hasOwn(kindOf, event) ? kindOf[event] : undefined;
  const about = line.connection ?? line.realm;
  if (kind === undefined || about === null) return null;
  return {
    ...{ at: logged.at, kind, event, loggedBy, about, version, fence, fingerprint, reason },
    ...whatCameOf(line),
    by: doerIn(line),
    statedAt: instantIn(kind === "freeze" ? line.at : (line.expiresAt ?? line.endsAt)),
  };
}

function whatCameOf(line: HistoryLine) {
  return {
    outcome: line.outcome ?? line.code,
    detail: line.detail ?? line.error,
    durationMs: line.latencyMs ?? line.waitedMs,
    count: line.count ?? line.repeated,
  };
}

function doerIn({ by, principal, begunBy, requestId }: HistoryLine): string | null {
  return by ?? principal ?? begunBy ?? (requestId === null ? null : `request ${requestId}`);
}

function instantIn(stated: string | null): Date | null {
  return stated === null ? null : new Date(stated);
}

import type { ConnectionAnswer } from "../../functions/http/status-contract.ts";

/** What the console's page shows, as its server tells it: never a token. Instants are ISO 8601. */
export interface ConsoleSnapshot {
  /** The server's clock. The page reckons with it, and not with the browser's. */
  readonly at: string;
  /** Where this is: an AWS Region, or this machine. */
  readonly place: string;
  /** When the connections were read; null before the first time. */
  readonly readAt: string | null;
  readonly connections: readonly ShownConnection[];
  /** Newest first. */
  readonly activity: readonly Activity[];
  readonly counts: readonly RealmCounts[];
  /** What of the logs activity and counts are from; `to` is null before they were read. */
  readonly logged: { readonly from: string; readonly to: string | null };
  /** What could not be read, and what to do about it. The rest is shown all the same. */
  readonly gaps: readonly Gap[];
  /** Only on the local stack. */
  readonly breaking: Breaking | null;
}

export interface ShownConnection extends ConnectionAnswer {
  readonly realm: string;
  readonly account: string;
  readonly words: StateWords;
  /** What to do about the last failure. */
  readonly advice: Advice | null;
}

/** A connection's state for people. */
export interface StateWords {
  readonly label: string;
  readonly means: string;
  readonly tone: Tone;
  /** What an operator has to do; null where nothing. */
  readonly next: string | null;
}

/** Colour is never the only sign: each tone comes with a label. */
export type Tone = "good" | "busy" | "quiet" | "warning" | "bad";

export interface Advice {
  readonly title: string;
  /** A command, or a place to read. */
  readonly next: readonly string[];
}

export type ActivityKind =
  | "issue"
  | "wait"
  | "rejection"
  | "failure"
  | "refusal"
  | "consent"
  | "freeze"
  | "notice";

/** Something that a function has logged. */
export interface Activity {
  /** The log event's. */
  readonly id: string;
  readonly at: string;
  readonly kind: ActivityKind;
  readonly realm: string;
  /** Null where the log counts by realm. */
  readonly connection: string | null;
  readonly text: string;
}

/** What the functions of a realm have counted. */
export interface RealmCounts {
  readonly realm: string;
  /** Callers that were given a credential. */
  readonly vends: number;
  /** Of these, those that a process answered from its memory. */
  readonly fromMemory: number;
  /** Vends for which no token was requested. */
  readonly storeHits: number;
  readonly providerCalls: number;
  /** Had each vend called the provider; 0 for keys, which nobody requests. */
  readonly callsSaved: number;
  readonly refusals: number;
}

export interface Gap {
  readonly what: string;
  readonly next: string;
}

/** What can be broken here, and what is. */
export interface Breaking {
  readonly realms: readonly BreakableRealm[];
  /** Whether simulated consumers call every connection once a second. */
  readonly hasCallers: boolean;
}

interface BreakableRealm {
  readonly realm: string;
  readonly can: readonly BreakName[];
  /** What the simulated provider does now; null if it is well. */
  readonly trouble: string | null;
}

export type BreakName =
  | "slow"
  | "throttle"
  | "down"
  | "mend"
  | "revoke"
  | "rotate"
  | "kill"
  | "short-lives"
  | "call";

/** What an operator has asked for came of it. A link is in no snapshot and in no log. */
export interface ActionResult {
  readonly text: string;
  readonly link?: { readonly url: string; readonly expiresAt: string };
}

/** Why it did not, and what to do next. */
export interface ActionRefusal {
  readonly problem: string;
}

import type { Connection } from "./connection.ts";
import type { ProblemCode } from "./errors.ts";
import type { SecretVersions } from "./secret-source.ts";
import type { Sensitive } from "./sensitive.ts";

/** What an operator wants to know about a version of a secret. */
export interface SecretCheckRequest {
  readonly connection: Connection;
  /** The version to check; null for the current one. */
  readonly version: string | null;
  /** Asks the provider about it, where that does no harm. */
  readonly isTried: boolean;
  /** Vends first, as to a caller, so that a new key is adopted. The credential is not answered. */
  readonly isAdopted: boolean;
}

/** `not-tried`: nothing was asked of the provider, because that could do harm or there is no way to. */
export interface SecretTrial {
  readonly outcome: "accepted" | "refused" | "unclear" | "not-tried";
  /** Our own text for people; empty where the provider accepted. */
  readonly detail: string;
  /** When the key ends, where its secret says so. */
  readonly expiresAt: Date | null;
}

export interface StatedProblem {
  readonly code: ProblemCode;
  readonly detail: string;
}

/** What can be wrong with a value whose members have their shapes, or be why they have not. */
export interface SecretExamination {
  /** Texts that look as if they had been copied or encoded wrongly. */
  readonly oddities: readonly SecretOddity[];
  /** The life of the client certificate; null where the value has none. */
  readonly certificate: { readonly beginsAt: Date; readonly endsAt: Date } | null;
}

export interface SecretOddity {
  /** A member that its provider declares; `SecretString` for the whole value. */
  readonly field: string;
  /** In words that follow its name. */
  readonly oddity: string;
}

/** What a check needs besides what vending needs. */
export interface SecretInspector {
  readonly versions: SecretVersions;
  examine(value: Sensitive): SecretExamination;
}

/** What an operator is told about a secret: never a value. */
export interface SecretCheck {
  readonly connection: Connection;
  /** The secret's name. */
  readonly secret: string;
  /** Which version was read; null when there is none. */
  readonly versionId: string | null;
  /** Why this version cannot be used, or could not be read: only `secret-malformed` is about its value. */
  readonly unusable: StatedProblem | null;
  /** Null for a value that could not be read. */
  readonly examination: SecretExamination | null;
  /** Another version than the current one has the same value. */
  readonly isSameAsCurrent: boolean;
  readonly trial: SecretTrial;
  /** The stored token, and which version of the secret it was issued with. */
  readonly stored: {
    readonly version: number;
    readonly fingerprint: string;
    readonly secretVersion: string;
  } | null;
  /** Why the last renewal failed. */
  readonly failure: StatedProblem | null;
  /** Why nothing could be vended, if it was to be adopted. */
  readonly refusal: (StatedProblem & { readonly retryable: boolean }) | null;
}

import * as v from "valibot";
import type { ConnectionState } from "../model/connection-status.ts";
import type { ProblemCode } from "../model/errors.ts";

const realmText = v.pipe(
  v.string(),
  v.regex(
    /^[a-z0-9][a-z0-9._-]{0,62}\/[a-z0-9][a-z0-9._-]{0,62}$/,
    "must be provider/environment, like conferma/production",
  ),
);

/** The payload of a direct invocation of `list-connections`, and the query of `GET /v1/connections`. */
export const listRequest = v.strictObject({
  realm: v.optional(realmText),
  cursor: v.optional(
    v.pipe(v.string(), v.maxLength(1000, "must be a cursor of an earlier answer")),
  ),
});

/** A person's consent as an operator may see it: who the person is, only masked. Instants are ISO 8601. */
export interface ConsentAnswer {
  readonly consentedAt: string;
  /** When it ends unless it is renewed; null when the provider did not say. */
  readonly endsAt: string | null;
  /** False: it ends with its token. */
  readonly isRenewable: boolean;
  /** Who asked for it: an IAM principal, or the AWS request that began it. */
  readonly begunBy?: string;
  /** First twelve hexadecimal digits of the SHA-256 of the provider's identifier of the person. */
  readonly subject?: string;
  /** The person's e-mail address, login or name, masked. */
  readonly identity?: string;
  /** The name of the data's owner, masked by the provider, or the attribute that names it. */
  readonly customer?: string;
  readonly grantedScope?: string;
  /** Requested and not granted; granted and not requested. */
  readonly withheldScope?: string;
  readonly addedScope?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A connection as an operator may see it: never a token, sealed or not. Instants are ISO 8601. */
export interface ConnectionAnswer {
  readonly connection: string;
  readonly state: ConnectionState;
  /** Tokens committed so far; 0 before the first. */
  readonly version: number;
  /** First twelve hexadecimal digits of the token's SHA-256; null before the first token, as are the instants. */
  readonly fingerprint: string | null;
  readonly issuedAt: string | null;
  /** Also null for a key that does not expire. */
  readonly usableUntil: string | null;
  readonly expiresAt: string | null;
  /** The earliest instant of the next renewal. */
  readonly renewAt: string | null;
  /** Only where the settings keep some of the token's answer; those of a consent are with it. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** The renewal under way. Once `until` has passed, its holder has crashed. */
  readonly lease: {
    readonly since: string;
    readonly until: string;
    readonly reason: string;
  } | null;
  /** The latest success among the last three calls to the provider. */
  readonly lastIssue: {
    readonly at: string;
    readonly reason: string;
    readonly latencyMs: number;
  } | null;
  /** Only where a person has consented. */
  readonly consent?: ConsentAnswer;
  /** Only while a person who was asked can still consent: until when, and who asked. Of several links the latest. */
  readonly asked?: { readonly until: string; readonly begunBy?: string };
  /** Only while an operator has stopped the connection, or its realm. */
  readonly frozen?: {
    readonly of: "connection" | "realm";
    readonly by: string;
    readonly at: string;
    readonly reason: string;
  };
  /** Null once a token has been committed since. */
  readonly lastFailure: {
    readonly at: string;
    readonly code: ProblemCode;
    readonly detail: string;
    /** Consecutive failures. */
    readonly count: number;
    /** No process calls the provider before then. */
    readonly retryAt: string;
  } | null;
}

/** One page of connections; `cursor` requests the next page, and is null on the last. */
export interface ConnectionPage {
  readonly connections: readonly ConnectionAnswer[];
  readonly cursor: string | null;
}

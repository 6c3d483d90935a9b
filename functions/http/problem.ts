import type { LinkForPerson } from "../model/awaited-link.ts";
import type { ProblemCode } from "../model/errors.ts";
import { VendingError } from "../model/errors.ts";
import type { Problem } from "./contract.ts";
import type { ConsentLink } from "./link-contract.ts";

const typeBase = "https://token-vending.example/problems/";

interface Kind {
  readonly status: number;
  readonly title: string;
  /** `when-told`: only if the problem comes with a time to wait. */
  readonly retryable: boolean | "when-told";
}

/** What a code means, in a few words: the title of its problem. A code that is not known here stands for itself. */
export function titleOf(code: string): string {
  return kinds[code as ProblemCode]?.title ?? code;
}

const kinds: Readonly<Record<ProblemCode, Kind>> = {
  "invalid-request": { status: 400, title: "The request is not valid", retryable: false },
  "unknown-connection": { status: 404, title: "There is no such connection", retryable: false },
  "scope-conflict": {
    status: 409,
    title: "Another connection issues for the same platform or client",
    retryable: false,
  },
  "validity-unavailable": {
    status: 409,
    title: "No token with the demanded validity is available now",
    retryable: "when-told",
  },
  "consent-required": { status: 409, title: "A person has to consent", retryable: false },
  frozen: { status: 409, title: "An operator has frozen this", retryable: false },
  "credentials-rejected": {
    status: 502,
    title: "The provider refuses our credentials",
    retryable: false,
  },
  "secret-malformed": {
    status: 502,
    title: "The secret is malformed",
    retryable: false,
  },
  "provider-malformed": {
    status: 502,
    title: "The provider's answer is invalid",
    retryable: true,
  },
  contested: { status: 503, title: "Another issuer keeps revoking our tokens", retryable: true },
  "provider-throttled": {
    status: 503,
    title: "The provider asks for fewer requests",
    retryable: true,
  },
  "provider-unavailable": {
    status: 503,
    title: "The provider is unavailable",
    retryable: true,
  },
  "renewal-in-progress": {
    status: 503,
    title: "The renewal did not finish in time",
    retryable: true,
  },
  "store-unavailable": { status: 503, title: "The token table is unavailable", retryable: true },
  "secret-unavailable": { status: 503, title: "The secret is unavailable", retryable: true },
  internal: { status: 500, title: "A defect in token vending", retryable: false },
};

/** Any error as a problem document. A foreign error becomes `internal` without its message, which may hold a secret. */
export function problemOf(error: unknown, connection: string | null): Problem {
  const known =
    error instanceof VendingError ? error : new VendingError("internal", internalDetail);
  const { code, message: detail, retryAfterSeconds, link } = known;
  const { status, title, retryable } = kinds[code];
  const isRetryable = retryable === "when-told" ? retryAfterSeconds !== null : retryable;
  return {
    type: `${typeBase}${code}`,
    title,
    status,
    code,
    detail,
    ...(connection === null ? {} : { connection }),
    retryable: isRetryable,
    ...(isRetryable && retryAfterSeconds !== null ? { retryAfterSeconds } : {}),
    ...(link ? { consent: linkAnswer(link) } : {}),
  };
}

const internalDetail = "An unexpected error; the function's log names it.";

/** A link as callers are answered it. */
export function linkAnswer({ id, url, expiresAt }: LinkForPerson): ConsentLink {
  return { id, url: url.expose(), expiresAt: expiresAt.toISOString() };
}

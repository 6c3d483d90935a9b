import type { LinkForPerson } from "./awaited-link.ts";

/** The codes of all problems. Each is also the end of the problem's type and an anchor in docs/operations.md. */
export const problemCodes = [
  "invalid-request",
  "unknown-connection",
  "scope-conflict",
  "validity-unavailable",
  "consent-required",
  "frozen",
  "credentials-rejected",
  "secret-malformed",
  "provider-malformed",
  "contested",
  "provider-throttled",
  "provider-unavailable",
  "renewal-in-progress",
  "store-unavailable",
  "secret-unavailable",
  "internal",
] as const;

export type ProblemCode = (typeof problemCodes)[number];

const newSecretHelps: Readonly<Record<ProblemCode, boolean>> = {
  "invalid-request": false,
  "unknown-connection": false,
  "scope-conflict": false,
  "validity-unavailable": false,
  "consent-required": false,
  frozen: false,
  "credentials-rejected": true,
  "secret-malformed": true,
  "provider-malformed": false,
  contested: false,
  "provider-throttled": false,
  "provider-unavailable": false,
  "renewal-in-progress": false,
  "store-unavailable": false,
  "secret-unavailable": false,
  internal: false,
};

/** True for a problem that only another version of the secret solves. */
export function needsNewSecret(code: ProblemCode): boolean {
  return newSecretHelps[code];
}

/** What the functions depend on, by the names in metrics and log. */
export type DependencyName = "dynamodb" | "kms" | "secrets-manager" | "eventbridge" | "provider";

/** The services of AWS, as details name them. */
export const servicesInWords = {
  dynamodb: "DynamoDB",
  kms: "KMS",
  "secrets-manager": "Secrets Manager",
} as const;

/** The detail of a problem that an AWS service caused: with the error's kind, without its message, which may hold the answer. */
export function noAnswerFrom(service: keyof typeof servicesInWords, error: unknown): string {
  // The SDK's errors say whose fault they are: permissions, or a wrong name, are the client's.
  const did = Object(error).$fault === "client" ? "refused" : "did not answer";
  return `${servicesInWords[service]} ${did} (${errorKind(error)}).`;
}

/** Node's codes for what the network does to a request, in words. */
const networkTrouble: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  ENOTFOUND: "unknown host",
  EAI_AGAIN: "unknown host",
};

/** The error's name; for one of the network, which has no name of its own, what happened. */
function errorKind(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const { code } = error as { readonly code?: unknown };
  if (error.name !== "Error" || typeof code !== "string") return error.name;
  return networkTrouble[code] ?? "unreachable";
}

/** What `noAnswerFrom` says of a service, with the error's kind. */
export function noAnswerPattern(service: keyof typeof servicesInWords): RegExp {
  return new RegExp(`^${servicesInWords[service]} (?:did not answer|refused) \\((.*?)\\)`);
}

/** Words by which `npm run vend -- recover` tells two problems of sealing apart: both are `store-unavailable`. */
export const sealingProblem = {
  noAnswer: noAnswerPattern("kms"),
  otherKey: "sealed with another key",
} as const;

/** A problem to report to the caller. `retryAfterSeconds` is set when waiting helps. */
export class VendingError extends Error {
  override readonly name = "VendingError";
  readonly code: ProblemCode;
  readonly retryAfterSeconds: number | null;
  /** For callers who may have one, with `consent-required`. */
  readonly link: LinkForPerson | null;

  /** The caller receives `detail` as it is: it must hold no text of a provider or a library. */
  constructor(
    code: ProblemCode,
    detail: string,
    retryAfterSeconds: number | null = null,
    link: LinkForPerson | null = null,
  ) {
    super(detail);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
    this.link = link;
  }
}

/** An error's fields for the log. A foreign error's message may quote a secret, so only its name is logged. */
export function describeError(error: unknown): { code: string; detail: string } {
  if (error instanceof VendingError) return { code: error.code, detail: error.message };
  return { code: "internal", detail: error instanceof Error ? error.name : typeof error };
}

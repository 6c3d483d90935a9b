/** Everything that can keep a caller from a token. The same string is the problem type and the anchor in docs/operations.md. */
export const problemCodes = [
  "invalid-request",
  "unknown-connection",
  "scope-conflict",
  "validity-unavailable",
  "consent-required",
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

/** True for a problem that another version of the secret solves, and nothing else does. */
export function needsNewSecret(code: ProblemCode): boolean {
  return newSecretHelps[code];
}

/** A problem that the caller is told. `retryAfterSeconds` is set when waiting helps. */
export class VendingError extends Error {
  override readonly name = "VendingError";
  readonly code: ProblemCode;
  readonly retryAfterSeconds: number | null;

  /** `detail` reaches the caller as it is: never put text of a provider or of a library in it. */
  constructor(code: ProblemCode, detail: string, retryAfterSeconds: number | null = null) {
    super(detail);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** An error as the log may show it. Of a foreign error only the name: its message may quote a secret. */
export function describeError(error: unknown): { code: string; detail: string } {
  if (error instanceof VendingError) return { code: error.code, detail: error.message };
  return { code: "internal", detail: error instanceof Error ? error.name : typeof error };
}

import type { NotIssued } from "../../model/provider.ts";

export function notIssued(
  code: NotIssued["code"],
  detail: string,
  more: Partial<NotIssued> = {},
): NotIssued {
  return { kind: "not-issued", code, detail, mayHaveIssued: false, retryAfterMs: null, ...more };
}

/** A successful status with an answer that cannot be understood: a token may have been issued all the same. */
export function malformed(what: string): NotIssued {
  return notIssued("provider-malformed", `The provider answered ${what}.`, { mayHaveIssued: true });
}

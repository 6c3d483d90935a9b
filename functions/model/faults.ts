import type { DependencyName, ProblemCode, VendingError } from "./errors.ts";
import { noAnswerPattern, servicesInWords } from "./errors.ts";

/** Whose fault a problem is. A person has to consent; an operator stops connections on purpose. */
export type FaultParty = "ours" | "provider" | "caller" | "person" | "operator";

const faultParties: Readonly<Record<ProblemCode, FaultParty>> = {
  "invalid-request": "caller",
  "unknown-connection": "caller",
  "scope-conflict": "ours",
  "validity-unavailable": "caller",
  "consent-required": "person",
  frozen: "operator",
  "credentials-rejected": "ours",
  "secret-malformed": "ours",
  "provider-malformed": "provider",
  contested: "ours",
  "provider-throttled": "provider",
  "provider-unavailable": "provider",
  "renewal-in-progress": "ours",
  "store-unavailable": "ours",
  "secret-unavailable": "ours",
  internal: "ours",
};

/** Callers should have been served if the fault is `ours` or the `provider`'s: only these problems reduce availability. */
export function faultOf(code: ProblemCode): FaultParty {
  return faultParties[code];
}

/**
 * Which dependency caused a problem, and the kind of its error. Read from the detail, which is all that a record keeps of a
 * failure. Null where no dependency did.
 */
export function causeOf({ code, message }: VendingError): {
  readonly dependency: DependencyName;
  readonly error?: string;
} | null {
  if (faultOf(code) === "provider") return { dependency: "provider" };
  for (const service of Object.keys(servicesInWords) as (keyof typeof servicesInWords)[]) {
    const [, error] = noAnswerPattern(service).exec(message) ?? [];
    if (error !== undefined) return { dependency: service, error };
  }
  return null;
}

import type { Problem } from "../functions/http/contract.ts";
import type { ConsentLink } from "../functions/http/link-contract.ts";

/** A problem to answer. What is left out is as token vending answers it. */
export interface ScriptedProblem {
  readonly code: Problem["code"];
  /** A sentence for people. */
  readonly detail?: string;
  /** Whole seconds, where waiting helps. */
  readonly retryAfterSeconds?: number;
}

/** `when-told`: only with a time to wait. */
type Retryable = "yes" | "no" | "when-told";

/** Status, whether it is retryable, and title of each code, as token vending answers them. */
const kinds: Readonly<
  Record<Problem["code"], readonly [status: number, retryable: Retryable, title: string]>
> = {
  "invalid-request": [400, "no", "The request is not valid"],
  "unknown-connection": [404, "no", "There is no such connection"],
  "scope-conflict": [409, "no", "Another connection issues for the same platform or client"],
  "validity-unavailable": [
    409,
    "when-told",
    "No token with the demanded validity is available now",
  ],
  "consent-required": [409, "no", "A person has to consent"],
  frozen: [409, "no", "An operator has frozen this"],
  "credentials-rejected": [502, "no", "The provider refuses our credentials"],
  "secret-malformed": [502, "no", "The secret is malformed"],
  "provider-malformed": [502, "yes", "The provider's answer is invalid"],
  contested: [503, "yes", "Another issuer keeps revoking our tokens"],
  "provider-throttled": [503, "yes", "The provider asks for fewer requests"],
  "provider-unavailable": [503, "yes", "The provider is unavailable"],
  "renewal-in-progress": [503, "yes", "The renewal did not finish in time"],
  "store-unavailable": [503, "yes", "The token table is unavailable"],
  "secret-unavailable": [503, "yes", "The secret is unavailable"],
  internal: [500, "no", "A defect in token vending"],
};

/** The whole problem, as token vending answers it. A time to wait is left out where waiting does not help. */
export function wholeProblem(
  connection: string,
  { code, detail = "Scripted by a test.", retryAfterSeconds }: ScriptedProblem,
  consent?: ConsentLink,
): Problem {
  const [status, kind, title] = kinds[code];
  const retryable = kind === "when-told" ? retryAfterSeconds !== undefined : kind === "yes";
  return {
    type: `https://token-vending.example/problems/${code}`,
    ...{ title, status, code, detail, connection, retryable },
    ...(retryable && retryAfterSeconds !== undefined ? { retryAfterSeconds } : {}),
    ...(consent ? { consent } : {}),
  };
}

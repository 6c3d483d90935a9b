import { readAssertion } from "./signed-assertion.ts";

/** What an assertion has to say besides who the client is. */
export interface AssertionRules {
  readonly now: () => number;
  /** RFC 7518 §3.1 (default: any). */
  readonly algorithm?: string | undefined;
  /** Of all clients (default: the client's id). */
  readonly issuer?: string | undefined;
  readonly audience: () => string;
  /** Where it has none (default: the client). */
  readonly hasSubject?: boolean;
}

/** Whether an assertion is the client's, signed by one of its keys (PEM), valid now, and presented for the first time. */
export type AssertionCheck = (
  clientId: string,
  assertion: string,
  publicKeys: readonly string[],
) => boolean;

/** Many servers refuse assertions that are valid for longer (RFC 7523 §3). */
const longestLifeSeconds = 600;

/** RFC 7523 §3. */
export function createAssertionCheck(rules: AssertionRules): AssertionCheck {
  const { now, algorithm, audience, hasSubject = true } = rules;
  const used = new Set<string>();
  return (clientId, text, publicKeys) => {
    const assertion = readAssertion(text);
    const { alg } = assertion.header;
    const { iss, sub, aud, jti } = assertion.claims;
    const { issuer = clientId } = rules;
    const isFirst = typeof jti === "string" && !used.has(jti);
    const isOwn =
      iss === issuer &&
      sub === (hasSubject ? clientId : undefined) &&
      [aud].flat().includes(audience());
    const isAllowed = algorithm === undefined || alg === algorithm;
    const isValid = assertion.isValidAt(now(), longestLifeSeconds);
    if (!isFirst || !isOwn || !isAllowed || !isValid) return false;
    if (!publicKeys.some(assertion.isSignedBy)) return false;
    used.add(jti);
    return true;
  };
}

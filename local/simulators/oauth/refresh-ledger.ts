import type { RefreshPolicy, SimulatorContext } from "../kit/simulator-context.ts";
import type { Consent, Consents, GrantRefusal } from "./consents.ts";

interface RefreshResult {
  readonly consent: Consent;
  /** Absent if tokens do not rotate. */
  readonly successor?: string;
}

export interface RefreshLedger {
  readonly policy: RefreshPolicy;
  issue(consent: Consent): string;
  /** Reusing a rotated token ends the consent (RFC 9700 §4.14.2). */
  use(value: string, clientId: string, scopes?: readonly string[]): RefreshResult | GrantRefusal;
  find(value: string): Consent | undefined;
  expire(value: string): void;
}

interface RefreshToken {
  readonly consent: Consent;
  readonly issuedAt: number;
  isExpired: boolean;
  rotatedAt?: number;
}

export function createRefreshLedger(
  { now }: SimulatorContext,
  consents: Consents,
  policy: RefreshPolicy,
  newValue: () => string,
): RefreshLedger {
  const tokens = new Map<string, RefreshToken>();

  function issue(consent: Consent): string {
    const value = newValue();
    tokens.set(value, { consent, issuedAt: now(), isExpired: false });
    return value;
  }

  function isExpired({ consent, issuedAt, isExpired: wasExpired }: RefreshToken): boolean {
    const from = policy.countsFrom === "consent" ? consent.grantedAt : issuedAt;
    return wasExpired || now() >= from + policy.lifetimeMs;
  }

  function refusal(token: RefreshToken, clientId: string): GrantRefusal | undefined {
    if (token.consent.clientId !== clientId) return "other-client";
    if (token.consent.hasEnded) return "ended";
    if (token.rotatedAt !== undefined && now() >= token.rotatedAt + policy.graceMs) {
      consents.end(token.consent, "reused-refresh-token", "revoke");
      return "reused-refresh-token";
    }
    return isExpired(token) ? "expired" : undefined;
  }

  return {
    policy,
    issue,
    use(value, clientId, scopes = []) {
      const token = tokens.get(value);
      if (token === undefined) return "unknown";
      const refused = refusal(token, clientId);
      if (refused !== undefined) return refused;
      const { consent } = token;
      if (!scopes.every((scope) => consent.scopes.includes(scope))) return "wider-scope";
      if (policy.rotation === "none") return { consent };
      token.rotatedAt ??= now();
      return { consent, successor: issue(consent) };
    },
    find: (value) => tokens.get(value)?.consent,
    expire(value) {
      const token = tokens.get(value);
      if (token) token.isExpired = true;
    },
  };
}

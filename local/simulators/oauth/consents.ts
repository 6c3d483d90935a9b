import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { TokenLedger } from "../kit/token-ledger.ts";
import type { ConsentDecision } from "./login-flow.ts";

/** What a person has allowed a client; codes, refresh tokens and access tokens descend from it. */
export interface Consent extends ConsentDecision {
  /** Also the scope under which its access tokens are in the ledger. */
  readonly id: string;
  readonly clientId: string;
  readonly nonce?: string;
  readonly grantedAt: number;
  hasEnded: boolean;
}

type NewConsent = Omit<Consent, "id" | "givenAt" | "hasEnded">;

export interface Consents {
  record(order: NewConsent): Consent;
  /** Refresh tokens die with it; access tokens too, unless they are judged by their signature alone. */
  end(consent: Consent, reason: string, accessTokens: "die" | "live-on"): void;
  /** All that were given, newest last. */
  readonly all: readonly Consent[];
}

/** Why a code or a refresh token was not honoured. */
export type GrantRefusal =
  | "unknown"
  | "other-client"
  | "expired"
  | "ended"
  | "replayed-code"
  | "reused-refresh-token"
  | "wrong-redirect-uri"
  | "wrong-verifier"
  | "wider-scope";

export function createConsents({ now, journal }: SimulatorContext, ledger: TokenLedger): Consents {
  const all: Consent[] = [];
  return {
    all,
    record(order) {
      const id = `consent-${all.length + 1}`;
      const consent = { ...order, id, givenAt: now(), hasEnded: false };
      all.push(consent);
      const granted = order.scopes.join(" ");
      journal.record({ kind: "consent", clientId: order.clientId, consent: id, granted });
      return consent;
    },
    end(consent, reason, accessTokens) {
      if (consent.hasEnded) return;
      consent.hasEnded = true;
      journal.record({ kind: "end-consent", consent: consent.id, reason });
      if (accessTokens === "live-on") return;
      for (const { value } of ledger.live(consent.id)) ledger.revoke(value);
    },
  };
}

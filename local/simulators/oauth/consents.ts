import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { TokenLedger } from "../kit/token-ledger.ts";
import type { ConsentDecision } from "./login-flow.ts";

/** A user's consent to a client. Codes, refresh tokens and access tokens belong to it. */
export interface Consent extends ConsentDecision {
  /** Also the revocation scope of its access tokens in the ledger. */
  readonly id: string;
  readonly clientId: string;
  readonly nonce?: string;
  readonly grantedAt: number;
  hasEnded: boolean;
}

type NewConsent = Omit<Consent, "id" | "grantedAt" | "hasEnded">;

export interface Consents {
  record(details: NewConsent): Consent;
  /** Ends the refresh tokens. Access tokens are kept where APIs check only their signature. */
  end(consent: Consent, reason: string, accessTokens: "revoke" | "keep"): void;
  /** All consents, newest last. */
  readonly all: readonly Consent[];
}

/** Why a code or a refresh token was refused. */
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
    record(details) {
      const id = `consent-${all.length + 1}`;
      const consent = { ...details, id, grantedAt: now(), hasEnded: false };
      all.push(consent);
      const granted = details.scopes.join(" ");
      journal.record({ kind: "consent", clientId: details.clientId, consent: id, granted });
      return consent;
    },
    end(consent, reason, accessTokens) {
      if (consent.hasEnded) return;
      consent.hasEnded = true;
      journal.record({ kind: "end-consent", consent: consent.id, reason });
      if (accessTokens === "keep") return;
      for (const { value } of ledger.live(consent.id)) ledger.revoke(value);
    },
  };
}

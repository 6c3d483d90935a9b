import { fingerprintOf } from "./journal.ts";
import type { SimulatedReply } from "./reply.ts";
import type { SimulatorContext } from "./simulator-context.ts";
import type { CredentialState, IssuedCredential } from "./token-ledger.ts";

/** What a request brought to a protected route. */
export type PresentedCredential =
  | { readonly credential: string }
  /** `wrongly`: something was there, but not in the form that the provider takes. */
  | { readonly reason: "missing" | "malformed"; readonly malformedValue?: string };

export type AccessRefusalReason =
  | "missing"
  | "malformed"
  | "forbidden"
  | "wrong-environment"
  | "rate-limited"
  | Exclude<CredentialState, "live">;

/** The reply of a protected route, by what the gate said. */
export type RefusalResponder = (reason: AccessRefusalReason, credential: string) => SimulatedReply;

/** The guard of protected routes: judges a credential now, and writes down what it decided. */
export interface CredentialVerifier {
  verify(presented: PresentedCredential): AccessRefusalReason | undefined;
  recordUse(route: string, presented: PresentedCredential, status: number): void;
  recordRefusal(
    route: string,
    presented: PresentedCredential,
    status: number,
    reason: string,
  ): void;
}

export interface CredentialStates {
  state(value: string): AccessRefusalReason | "live";
  find(value: string): IssuedCredential | undefined;
}

export function createCredentialVerifier(
  { journal }: SimulatorContext,
  credentials: CredentialStates,
): CredentialVerifier {
  function identify(presented: PresentedCredential) {
    const shown = "credential" in presented ? presented.credential : presented.malformedValue;
    if (shown === undefined) return {};
    const known = credentials.find(shown);
    const owner = known && { clientId: known.clientId, scope: known.revocationScope };
    return { fingerprint: fingerprintOf(shown), ...owner };
  }

  return {
    verify(presented) {
      if ("reason" in presented) return presented.reason;
      const state = credentials.state(presented.credential);
      return state === "live" ? undefined : state;
    },
    recordUse(route, presented, status) {
      journal.record({ kind: "use", route, status, ...identify(presented) });
    },
    recordRefusal(route, presented, status, reason) {
      const known = "credential" in presented ? credentials.find(presented.credential) : undefined;
      if (known && status === 401) known.wasRefused = true;
      journal.record({ kind: "refuse-use", route, status, reason, ...identify(presented) });
    },
  };
}

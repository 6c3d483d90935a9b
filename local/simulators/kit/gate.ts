import { fingerprintOf } from "./journal.ts";
import type { Reply } from "./reply.ts";
import type { Credential, CredentialState } from "./token-ledger.ts";
import type { World } from "./world.ts";

/** What a request brought to a protected route. */
export type Presented =
  | { readonly credential: string }
  /** `wrongly`: something was there, but not in the form that the provider takes. */
  | { readonly reason: "missing" | "malformed"; readonly wrongly?: string };

export type RefusalReason =
  | "missing"
  | "malformed"
  | "forbidden"
  | "wrong-environment"
  | "rate-limited"
  | Exclude<CredentialState, "live">;

/** The reply of a protected route, by what the gate said. */
export type Refuse = (reason: RefusalReason, credential: string) => Reply;

/** The guard of protected routes: judges a credential now, and writes down what it decided. */
export interface Gate {
  judge(presented: Presented): RefusalReason | undefined;
  admitted(route: string, presented: Presented, status: number): void;
  refused(route: string, presented: Presented, status: number, reason: string): void;
}

export interface Credentials {
  state(value: string): RefusalReason | "live";
  find(value: string): Credential | undefined;
}

export function createGate({ journal }: World, credentials: Credentials): Gate {
  function identify(presented: Presented) {
    const shown = "credential" in presented ? presented.credential : presented.wrongly;
    if (shown === undefined) return {};
    const known = credentials.find(shown);
    const owner = known && { clientId: known.clientId, scope: known.scope };
    return { fingerprint: fingerprintOf(shown), ...owner };
  }

  return {
    judge(presented) {
      if ("reason" in presented) return presented.reason;
      const state = credentials.state(presented.credential);
      return state === "live" ? undefined : state;
    },
    admitted(route, presented, status) {
      journal.record({ kind: "use", route, status, ...identify(presented) });
    },
    refused(route, presented, status, reason) {
      const known = "credential" in presented ? credentials.find(presented.credential) : undefined;
      if (known && status === 401) known.wasRefused = true;
      journal.record({ kind: "refuse-use", route, status, reason, ...identify(presented) });
    },
  };
}

import type { GrantHolding, GrantKind } from "./required-grant.ts";

/** Judges what clients present for tokens. */
export interface GrantCheck extends Pick<GrantKind, "grantType" | "error" | "members" | "scopeOf"> {
  /** From now on this client presents this, and nothing else. */
  register(clientId: string, holding: GrantHolding): void;
  /** The client whose grant a request presents, or says that it does. */
  claimed(form: URLSearchParams): string | undefined;
  /** Whether a request presents what this client does. An assertion is accepted once. */
  accepts(clientId: string, form: URLSearchParams): boolean;
}

export function createGrantCheck(kind: GrantKind): GrantCheck {
  const holdings = new Map<string, GrantHolding>();
  const used = new Set<string>();
  const { grantType, error, members, scopeOf } = kind;
  return {
    ...{ grantType, error, members, scopeOf },
    register: (clientId, holding) => void holdings.set(clientId, holding),
    claimed(form) {
      const all = [...holdings];
      // Where one issuer is declared for all, only its key tells a client.
      const owner =
        all.find(([clientId, holding]) => kind.isHeld(form, clientId, holding)) ??
        all.find(([clientId, holding]) => kind.claims(form, clientId, holding));
      return owner?.[0];
    },
    accepts(clientId, form) {
      const id = kind.onceOnly(form);
      if (id !== undefined && used.has(id)) return false;
      if (!kind.isHeld(form, clientId, holdings.get(clientId) ?? {})) return false;
      if (id !== undefined) used.add(id);
      return true;
    },
  };
}

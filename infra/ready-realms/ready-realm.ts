import type { RealmEntry } from "../realm-list.ts";

type RealmOf<Provider extends RealmEntry["provider"]> = Extract<RealmEntry, { provider: Provider }>;

/** A realm whose tokens are issued for the client's own credentials. */
export type ReadyClientRealm = RealmOf<"client-credentials">;
/** A realm whose key the provider has handed out. */
export type ReadyKeyRealm = RealmOf<"static-key">;
/** A realm at whose provider a person consents. */
export type ReadyConsentRealm = RealmOf<"authorization-code">;

/** Which of the provider's two environments is meant: its addresses follow from it. */
export interface SandboxOrProduction {
  readonly environment: "sandbox" | "production";
}

/** What a realm relies on, for its section of docs/ready-realms.md. */
export interface ReadyRealmFacts {
  readonly provider: string;
  /** The members of the secret, and what the provider calls them. */
  readonly secret: Readonly<Record<string, string>>;
  /** Each with the address of the page that says so; null for what is inferred, and has to be confirmed. */
  readonly facts: readonly (readonly [fact: string, source: string | null])[];
  example(): RealmEntry;
}

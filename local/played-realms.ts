import type { LocalRealm } from "./local-realm.ts";
import type { SecretSeeder } from "./secret-seeder.ts";

/** The realms of a local stack, and the servers that play their providers. */
export interface PlayedRealms {
  readonly realms: readonly LocalRealm[];
  /** PEM: the authority that functions have to trust besides the machine's own. */
  readonly certificateAuthority: string;
  /** For a person who looks for the servers. */
  readonly addresses: readonly (readonly [name: string, address: string])[];
  /** What is not as the provider has it, each in a line. */
  readonly notPlayed: readonly string[];
  /** What the example of a consumer calls; only where the stack has its realm. */
  readonly confermaApi?: string;
  /** The realms whose servers begin anew with each run, and know nothing that earlier ones issued. */
  readonly beginAnew: readonly string[];
  /** Fills in the deployed secrets as an operator would, and has the servers accept them. */
  fillSecrets(secrets: SecretSeeder, redirectUriOf: (realm: string) => string): Promise<void>;
  incidents(secrets: SecretSeeder): (realm: LocalRealm) => Incidents;
  stop(): Promise<void>;
}

/** What a provider does to the credentials of a realm's account `default` on its side. */
export interface Incidents {
  /** What it has issued is not accepted any more. `token`: the one that is vended now. */
  revoke(token: string): Promise<void>;
  /** The client's secret or the key is replaced, and the new one put into the secret. */
  rotate(): Promise<void>;
}

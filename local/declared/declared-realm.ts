import type { RealmInput, RealmSettings } from "../../functions/providers/catalogue.ts";
import type { LocalRealm } from "../local-realm.ts";
import type { CertificateAuthority } from "../simulators/kit/certificates.ts";

/** The members of a realm's secret, by their names. */
export type LocalSecret = Readonly<Record<string, string>>;

/** What plays the provider of a realm. */
export interface RealmPlayer extends Omit<LocalRealm, "settings"> {
  /** What stands for the declared addresses, by the names of their settings. */
  readonly addresses: Readonly<Record<string, string>>;
  makeUpSecret(): Promise<LocalSecret>;
  /** Whether a secret of an earlier run still is what the declaration asks for. */
  fits(kept: LocalSecret): boolean;
  /** From now on the server accepts this secret. */
  register(secret: LocalSecret, redirectUri: string, account: string): void;
  /** From now on it accepts the new one instead. Undefined where there is nothing to replace. */
  replace?(old: LocalSecret, next: LocalSecret): void;
  /** What was issued is not accepted any more. */
  revoke(token: string, secret: LocalSecret): void;
}

/** What every player needs. */
export interface PlayerTools {
  /** Of every token (default: the player's own). */
  readonly lifetimeMs: number | undefined;
  readonly authority: CertificateAuthority;
  /** 0: free ones. */
  readonly port: number;
  readonly serverPort: number;
}

/** Starts what plays the provider of a realm with these settings. */
export type StartPlayer<Settings extends RealmSettings = RealmSettings> = (
  settings: Settings,
  tools: PlayerTools,
) => Promise<RealmPlayer>;

export type SettingsOfProvider<Id extends RealmInput["provider"]> = Extract<
  RealmSettings,
  { provider: Id }
>;

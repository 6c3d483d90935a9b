import type { Clock } from "./clock.ts";
import type { RealmId } from "./connection.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Provider } from "./provider.ts";
import type { Sealer } from "./sealer.ts";
import type { SecretSource } from "./secret-source.ts";
import type { CallLimits } from "./time-limits.ts";
import type { TokenStore } from "./token-store.ts";

/** Everything the use cases need: ports, the provider's declaration, time and randomness. */
export interface Dependencies {
  readonly realm: RealmId;
  readonly limits: CallLimits;
  readonly provider: Provider;
  readonly store: TokenStore;
  readonly secrets: SecretSource;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Uniform in [0, 1). */
  random(): number;
  /** Unique among all processes. */
  readonly processName: string;
  /** A unique name for a lease's owner: the process's name, a dot and a number. */
  newOwner(): string;
  /** First twelve hexadecimal digits of SHA-256. */
  fingerprint(text: string): string;
}

import type { RealmInput } from "../functions/platform/realm-settings.ts";
import type { Door } from "./door.ts";
import type { Simulator } from "./simulators/kit/simulator.ts";
import type { SimulatedUser } from "./simulators/oauth/users.ts";

/** A realm of the local stack and where its credential opens a door. */
export interface LocalRealm extends Door {
  readonly settings: RealmInput;
  readonly simulator: Simulator;
  /** Who has an account at the provider and can consent, where somebody has to. */
  readonly person?: SimulatedUser;
}

import type { Realm } from "../model/connection.ts";

/** Who asks for consents, as every page says it. */
export interface Asking {
  readonly realm: Realm;
  /** The name people know the company by. */
  readonly requester: string;
}

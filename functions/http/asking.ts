import type { RealmId } from "../model/connection.ts";

/** Who asks for consents, as every page says it. */
export interface ConsentRequester {
  readonly realm: RealmId;
  /** The name people know the company by. */
  readonly requester: string;
}

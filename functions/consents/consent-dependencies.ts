import type { BrowserSecrets } from "../model/browser-secrets.ts";
import type { ConsentFlow } from "../model/consent.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { PendingConsents } from "../model/pending-consents.ts";

/** Dependencies of the consent use cases, in addition to those of vending. */
export interface ConsentDependencies extends Dependencies {
  readonly pendingConsents: PendingConsents;
  readonly browserSecrets: BrowserSecrets;
  /** Public address of the callback host, without a trailing slash. */
  readonly consentBaseUrl: string;
  /** How long a new link can be opened. */
  readonly openableMs: number;
  flow(): Promise<ConsentFlow>;
}

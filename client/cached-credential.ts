import type { VendedCredential } from "./credential.ts";
import { usableUntilMs } from "./credential.ts";

/** How long a key is believed in: whoever retires an old key waits for this long after promoting the new one. */
const keyCacheMs = 60_000;
/** What is usable for longer is a key: rotated by hand, before its end and unannounced. */
const maxTokenLifetimeMs = 24 * 60 * 60_000;

/** What this process vended last: one credential, never past its `usableUntil`. */
export interface CachedCredential {
  /** The credential, if it is usable now and for `minValiditySeconds` more. */
  get(minValiditySeconds: number): VendedCredential | null;
  /** Remembers it, unless a newer one is held; and returns it. */
  set(credential: VendedCredential): VendedCredential;
  /** Drops this version or an older one. */
  evict(version: number): void;
}

export function createCachedCredential(now: () => number): CachedCredential {
  let held: VendedCredential | null = null;
  let heldUntil = 0;

  function recall(minValiditySeconds: number): VendedCredential | null {
    if (!held || now() >= heldUntil) return null;
    return now() + minValiditySeconds * 1000 <= usableUntilMs(held) ? held : null;
  }

  return {
    get: recall,
    set(credential) {
      if ((recall(0)?.version ?? 0) <= credential.version) {
        const end = usableUntilMs(credential);
        const isKey = end - credential.issuedAt.getTime() > maxTokenLifetimeMs;
        heldUntil = isKey ? Math.min(end, now() + keyCacheMs) : end;
        held = credential;
      }
      return credential;
    },
    evict(version) {
      if (held && held.version <= version) held = null;
    },
  };
}

import type { VendedCredential } from "./credential.ts";
import { usableUntilMs } from "./credential.ts";

/** How long a static key is cached. An operator who retires a key waits this long after promoting the new one. */
const keyCacheMs = 60_000;
/** A credential that lives longer than this is a key: somebody may rotate it before it expires. */
const maxTokenLifetimeMs = 86_400_000;

/** A cache of one credential: the one vended last, never past its `usableUntil`. */
export interface CachedCredential {
  /** The credential, if it is usable now and for `minValiditySeconds` more. */
  get(minValiditySeconds?: number): VendedCredential | null;
  /** Caches the credential unless a newer one is cached. Returns it. */
  set(credential: VendedCredential): VendedCredential;
  /** Removes this version or an older one; by default none. */
  evict(version?: number): void;
}

export function createCachedCredential(now: () => number): CachedCredential {
  let cached: VendedCredential | null = null;
  let cachedUntil = 0;

  function get(minValiditySeconds = 0): VendedCredential | null {
    const at = now();
    const neededUntil = at + minValiditySeconds * 1000;
    return cached && at < cachedUntil && neededUntil <= usableUntilMs(cached) ? cached : null;
  }

  return {
    get,
    set(credential) {
      if ((get()?.version ?? 0) <= credential.version) {
        const end = usableUntilMs(credential);
        const isKey = end - credential.issuedAt.getTime() > maxTokenLifetimeMs;
        cachedUntil = isKey ? Math.min(end, now() + keyCacheMs) : end;
        cached = credential;
      }
      return credential;
    },
    evict(version = 0) {
      if (cached && cached.version <= version) cached = null;
    },
  };
}

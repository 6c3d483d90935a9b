import type { Credential } from "./credential.ts";
import { endOf } from "./credential.ts";

/** How long a key is believed in: whoever retires an old key waits for this long after promoting the new one. */
const keyHeldMs = 60_000;
/** What is usable for longer is a key: rotated by hand, before its end and unannounced. */
const longestTokenMs = 24 * 60 * 60_000;

/** What this process vended last: one credential, never past its `usableUntil`. */
export interface HeldCredential {
  /** The credential, if it is usable now and for `minValiditySeconds` more. */
  recall(minValiditySeconds: number): Credential | null;
  /** Remembers it, unless a newer one is held; and returns it. */
  keep(credential: Credential): Credential;
  /** Drops this version or an older one. */
  drop(version: number): void;
}

export function holdCredential(now: () => number): HeldCredential {
  let held: Credential | null = null;
  let heldUntil = 0;

  function recall(minValiditySeconds: number): Credential | null {
    if (!held || now() >= heldUntil) return null;
    return now() + minValiditySeconds * 1000 <= endOf(held) ? held : null;
  }

  return {
    recall,
    keep(credential) {
      if ((recall(0)?.version ?? 0) <= credential.version) {
        const end = endOf(credential);
        const isKey = end - credential.issuedAt.getTime() > longestTokenMs;
        heldUntil = isKey ? Math.min(end, now() + keyHeldMs) : end;
        held = credential;
      }
      return credential;
    },
    drop(version) {
      if (held && held.version <= version) held = null;
    },
  };
}

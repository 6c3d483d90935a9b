import type { Sealer } from "../model/sealer.ts";
import type { Sensitive } from "../model/sensitive.ts";
import { decrypt, encrypt } from "./aes-gcm.ts";

/** Seals tokens with one key from the environment, for the local stack. */
export function localSealer(key: Sensitive<Uint8Array>): Sealer {
  return {
    prepare: async () => {},
    seal: async (token, as) => encrypt(key, token, as),
    open: async (sealed, as) => decrypt(key, sealed, as),
  };
}

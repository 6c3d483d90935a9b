import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { BrowserSecrets } from "../model/browser-secrets.ts";
import { Sensitive } from "../model/sensitive.ts";

/** `BrowserSecrets` with Node's cryptography. */
export const nodeBrowserSecrets: BrowserSecrets = {
  newSecret: () => new Sensitive(randomBytes(32).toString("base64url")),
  newSalt: () => randomBytes(16).toString("base64url"),
  hash: (text) => createHash("sha256").update(text.expose()).digest("base64url"),
  mac: (key, text) =>
    new Sensitive(createHmac("sha256", key.expose()).update(text).digest("base64url")),
  isSame: (one, other) => {
    const [a, b] = [Buffer.from(one), Buffer.from(other)];
    return a.length === b.length && timingSafeEqual(a, b);
  },
};

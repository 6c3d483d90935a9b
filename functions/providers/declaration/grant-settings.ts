import * as v from "valibot";
import { plainText } from "./secret.ts";
import { wholeNumber } from "./settings.ts";
import { strictSettings } from "./strict-settings.ts";

/** What an assertion says anyway: a constant cannot replace it. */
const ownClaims = /^(iss|sub|aud|exp|nbf|iat|jti|scope)$/;

/** What is presented for a token (RFC 6749 §1.3), and the assertion of `jwt-bearer` (RFC 7523 §2.1). */
export const grantSettings = {
  grant: v.optional(v.picklist(["client-credentials", "jwt-bearer"]), "client-credentials"),
  assertion: v.optional(
    strictSettings({
      issuer: v.optional(plainText),
      subject: v.optional(plainText),
      audience: v.optional(plainText),
      claims: v.optional(
        v.record(
          v.pipe(
            v.string(),
            v.check((name) => !ownClaims.test(name), "must not be a claim that is made anyway"),
          ),
          v.custom<unknown>(() => true),
        ),
      ),
      scopeIn: v.optional(v.picklist(["parameter", "claim"])),
      lifetimeSeconds: v.optional(wholeNumber(10, 3600)),
    }),
  ),
};

/** The members of a secret that a grant needs. */
export const grantMembers = {
  subject: {
    meaning: "with jwt-bearer: for whom tokens are (sub), instead of the setting's",
    shape: v.optional(plainText),
  },
} as const;

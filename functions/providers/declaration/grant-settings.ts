import * as v from "valibot";
import { nameBesides } from "./client-settings.ts";
import { plainText, sensitiveText } from "./secret.ts";
import { wholeNumber } from "./settings.ts";
import { strictSettings } from "./strict-settings.ts";

/** What an assertion says anyway: a constant cannot replace it. */
const ownClaims = /^(iss|sub|aud|exp|nbf|iat|jti|scope)$/;

/** What is presented for a token (RFC 6749 §1.3), and what some grants say besides (RFC 7523 §2.1, RFC 8693 §2.1). */
export const grantSettings = {
  grant: v.optional(
    v.picklist(["client-credentials", "jwt-bearer", "token-exchange", "password"]),
    "client-credentials",
  ),
  tokenExchange: v.optional(
    strictSettings({
      subjectTokenType: plainText,
      requestedTokenType: v.optional(plainText),
    }),
  ),
  assertion: v.optional(
    strictSettings({
      issuer: v.optional(plainText),
      subject: v.optional(plainText),
      audience: v.optional(plainText),
      claims: v.optional(
        v.record(
          nameBesides(ownClaims),
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
    meaning: "with jwt-bearer: the subject, instead of the setting's",
    shape: v.optional(plainText),
  },
  subjectToken: {
    meaning: "with token-exchange: the token presented",
    shape: v.optional(sensitiveText),
  },
  username: {
    meaning: "with password: the user's name",
    shape: v.optional(plainText),
  },
  password: {
    meaning: "with password: the user's password",
    shape: v.optional(sensitiveText),
  },
} as const;

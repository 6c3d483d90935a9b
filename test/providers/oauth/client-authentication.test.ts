import { expect, test } from "vitest";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import type { BasicEncoding } from "../../../functions/providers/oauth/client-authentication.ts";
import { basicAuthorization } from "../../../functions/providers/oauth/client-authentication.ts";

test.each<[rule: string, id: string, secret: string, encoding: BasicEncoding, value: string]>([
  // The example of RFC 7617 §2
  [
    "raw is what RFC 7617 shows",
    "Aladdin",
    "open sesame",
    "raw",
    "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
  ],
  // `cli/ent+1` and `:/+%é~-`, as they are: base64 of cli/ent+1::/+%é~- in UTF-8
  ["raw changes no sign", "cli/ent+1", ":/+%é~-", "raw", "Basic Y2xpL2VudCsxOjovKyXDqX4t"],
  // base64 of cli%2Fent%2B1:%3A%2F%2B%25%C3%A9%7E-
  [
    "rfc6749 form-encodes each half first",
    "cli/ent+1",
    ":/+%é~-",
    "rfc6749",
    "Basic Y2xpJTJGZW50JTJCMTolM0ElMkYlMkIlMjUlQzMlQTklN0Ut",
  ],
  // base64 of Aladdin:open+sesame
  [
    "rfc6749 writes a blank as a plus",
    "Aladdin",
    "open sesame",
    "rfc6749",
    "Basic QWxhZGRpbjpvcGVuK3Nlc2FtZQ==",
  ],
  ["both are the same for letters and digits", "abc", "def", "raw", "Basic YWJjOmRlZg=="],
  ["… either way", "abc", "def", "rfc6749", "Basic YWJjOmRlZg=="],
])("%s", (_, id, secret, encoding, value) => {
  expect(basicAuthorization(id, new Sensitive(secret), encoding)).toBe(value);
});

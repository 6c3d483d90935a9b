import { describe, expect, test } from "vitest";
import type { AuthorizationRequest, GrantCredential } from "../../../functions/model/consent.ts";
import { Sensitive, unprintable } from "../../../functions/model/sensitive.ts";
import type { AnswerFields } from "../../../functions/providers/exchange/token-request.ts";
import type { OAuthClient } from "../../../functions/providers/oauth/client-authentication.ts";
import {
  secretDetector,
  sentSecrets,
} from "../../../functions/providers/oauth/exchange-secrets.ts";

const byPost: OAuthClient = {
  clientId: "client/1",
  authentication: { by: "post", clientSecret: new Sensitive("Client Secret+1") },
};
const byCertificate: OAuthClient = {
  clientId: "client-1",
  authentication: { by: "identifier" },
  certificate: { chain: "chain", key: new Sensitive("private-key-1") },
};
const refresh: GrantCredential = {
  kind: "refresh-token",
  refreshToken: new Sensitive("refresh-old"),
  isSamePerson: () => true,
};
const pasted: GrantCredential = {
  kind: "code",
  code: new Sensitive("code-of-grant"),
  authorizationRequest: null,
};
const returned: GrantCredential = {
  ...pasted,
  authorizationRequest: unprintable<AuthorizationRequest>({
    redirectUri: "https://example.org/callback",
    state: "state-of-browser",
    nonce: "nonce-of-request",
    codeVerifier: new Sensitive("verifier-of-request"),
  }),
};
const answered = (fields: Record<string, unknown>) => unprintable<AnswerFields>(fields);
const answer = answered({
  access_token: "access-new",
  refresh_token: "refresh-new",
  id_token: "identity-new",
});

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a provider's text holds a secret of its exchange", () => {
  test.each<[what: string, client: OAuthClient, credential: GrantCredential, text: string]>([
    ["the client's secret", byPost, refresh, "for Client Secret+1."],
    ["… in other letters", byPost, refresh, "CLIENT SECRET+1"],
    ["… as a form carries it", byPost, refresh, "secret=Client+Secret%2B1&x"],
    ["… as an address carries it", byPost, refresh, "Client%20Secret%2B1"],
    ["… as Basic authentication", byPost, refresh, base64("client/1:Client Secret+1")],
    ["… form-encoded first", byPost, refresh, base64("client%2F1:Client+Secret%2B1")],
    ["the key of its certificate", byCertificate, refresh, "private-key-1"],
    ["the refresh token that was sent", byPost, refresh, "x refresh-old"],
    ["the code", byPost, pasted, "code-of-grant"],
    ["the state", byPost, returned, "state-of-browser"],
    ["the nonce", byPost, returned, "nonce-of-request"],
    ["the code verifier", byPost, returned, "verifier-of-request"],
    ["the new access token", byPost, refresh, "access-new"],
    ["the new refresh token", byPost, refresh, "refresh-new"],
    ["the ID token", byPost, refresh, "identity-new"],
    ["a secret beside what is no encoding", byPost, refresh, "100% access-new"],
  ])("%s", (_, client, credential, text) => {
    expect(secretDetector(client, sentSecrets(credential), answer)(text)).toBe(true);
  });

  test.each<[what: string, client: OAuthClient, credential: GrantCredential, text: string]>([
    ["its own words", byPost, refresh, "read write"],
    ["nothing", byPost, refresh, ""],
    ["the client's id", byPost, refresh, "client/1"],
    ["a secret of another exchange", byPost, pasted, "refresh-old"],
    ["the certificate itself", byCertificate, refresh, "chain"],
    ["what is no encoding", byPost, refresh, "100% of it"],
  ])("but not: %s", (_, client, credential, text) => {
    expect(secretDetector(client, sentSecrets(credential), answer)(text)).toBe(false);
  });
});

test("what an answer leaves out is in no text", () => {
  const holdsSecret = secretDetector(
    byCertificate,
    sentSecrets(pasted),
    answered({ access_token: null }),
  );
  for (const text of ["", "null", "undefined", "read"]) expect(holdsSecret(text)).toBe(false);
});

describe("a secret of less than six characters, which words may have by chance,", () => {
  const holdsSecret = secretDetector(
    byCertificate,
    sentSecrets(refresh),
    answered({ access_token: "payme" }),
  );

  test.each(["payme", "read PayMe", "read,payme", "read  payme\twrite", "read+payme"])(
    "is in a text of which it is a word: %j",
    (text) => {
      expect(holdsSecret(text)).toBe(true);
    },
  );

  test.each(["payment", "read repayment", "payme:all"])("is not in another word: %j", (text) => {
    expect(holdsSecret(text)).toBe(false);
  });

  test("with one more it is looked for anywhere", () => {
    const holdsLonger = secretDetector(
      byCertificate,
      sentSecrets(refresh),
      answered({ access_token: " Paymen " }),
    );
    expect(holdsLonger("repayments")).toBe(true);
  });
});

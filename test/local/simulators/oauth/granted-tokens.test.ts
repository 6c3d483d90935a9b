import { generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import { assembleJsonWebToken } from "../../../../local/simulators/kit/json-web-token.ts";
import type { OAuthServer } from "../../../../local/simulators/oauth/oauth-server.ts";
import { startOAuthServer } from "../../../../local/simulators/oauth/oauth-server.ts";
import type { RequiredGrant } from "../../../../local/simulators/oauth/required-grant.ts";
import { jsonOf, manualClock, stopAfterTest } from "../conferma-calls.ts";

const pair = generateKeyPairSync("ed25519");
const publicKey = pair.publicKey.export({ format: "pem", type: "spki" }).toString();
const client = { clientId: "us", clientSecret: "" };

async function serverOf(grant: RequiredGrant): Promise<OAuthServer> {
  const server = await startOAuthServer({
    ...{ grant, clientAuthentication: "grant", clients: [client], now: manualClock().now },
  });
  server.registerGrant("us", { publicKey, subjectToken: "s-1" });
  return stopAfterTest(server);
}

async function ask({ tokenUrl }: OAuthServer, form: Readonly<Record<string, string>>) {
  const response = await fetch(tokenUrl, { method: "POST", body: new URLSearchParams(form) });
  return { status: response.status, ...(await jsonOf(response)) };
}

const nowSeconds = Math.floor(manualClock().now() / 1000);
const claims = {
  ...{ iss: "us", aud: "https://server.example", jti: "1" },
  ...{ iat: nowSeconds, exp: nowSeconds + 60 },
};

function asserted(changed: object = {}) {
  const assertion = assembleJsonWebToken({ alg: "EdDSA" }, { ...claims, ...changed }, (signed) =>
    sign(null, Buffer.from(signed), pair.privateKey),
  );
  return { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
}

const said = { audience: "https://server.example", claims: { kind: "a" } };
const jwtBearer = { type: "jwt-bearer", ...said, longestLifeSeconds: 60 } as const;

test("an assertion is accepted once, for the client that has issued it", async () => {
  const server = await serverOf(jwtBearer);
  const form = asserted({ kind: "a" });
  expect(await ask(server, form)).toMatchObject({ status: 200, token_type: "Bearer" });
  expect(await ask(server, form)).toEqual({ status: 400, error: "invalid_grant" });
  expect(server.journal.map(({ kind, clientId }) => [kind, clientId])).toEqual([
    ["issue", "us"],
    ["refuse-credentials", "us"],
  ]);
});

test.each<[string, object]>([
  ["that has expired", { exp: nowSeconds }],
  ["that is valid for longer", { exp: nowSeconds + 61 }],
  ["that never expires", { exp: undefined }],
  ["that is not valid yet", { iat: nowSeconds + 1 }],
  ["without an id", { jti: undefined }],
  ["without a claim", { kind: undefined }],
  ["with another value of a claim", { kind: ["a"] }],
  ["about somebody", { sub: "jo" }],
  ["for another server", { aud: "https://else.example" }],
  ["of an issuer that is not known", { iss: "them" }],
])("an assertion %s is refused", async (_, changed) => {
  const refused = await ask(await serverOf(jwtBearer), asserted({ kind: "a", ...changed }));
  expect(refused).toEqual({ status: 400, error: "invalid_grant" });
});

test.each([
  ["{}", ""],
  ["a text", "a.b.c"],
])("%s is no assertion", async (_, assertion) => {
  const refused = await ask(await serverOf(jwtBearer), { ...asserted(), assertion });
  expect(refused).toEqual({ status: 400, error: "invalid_grant" });
});

test.each([
  [undefined, "access_token", "Bearer"],
  ["jwt", "jwt", "Bearer"],
  ["id_token", "id_token", "N_A"],
])(
  "a token is exchanged for one of the type that was requested: %s",
  async (requested, issued, type) => {
    const kind = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;
    const subjectTokenType = kind("access_token");
    const wanted = requested === undefined ? {} : { requested_token_type: kind(requested) };
    const exchanging = await serverOf({
      ...{ type: "token-exchange", subjectTokenType },
      requestedTokenType: wanted.requested_token_type,
    });
    const answer = await ask(exchanging, {
      ...{ grant_type: "urn:ietf:params:oauth:grant-type:token-exchange", ...wanted },
      ...{ subject_token: "s-1", subject_token_type: subjectTokenType },
    });
    expect(answer).toMatchObject({ issued_token_type: kind(issued), token_type: type });
  },
);

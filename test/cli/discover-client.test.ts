import { describe, expect, test } from "vitest";
import { settingsIn } from "../../cli/discover/format-realms.ts";
import { suggestRealms } from "../../cli/discover/suggest-realms.ts";
import { readRealms } from "../../infra/realm-list.ts";

const issuer = "https://login.acme.example";

/** What is suggested for a server with these members, of which the settings are read as a deployment's. */
function suggested(members: object) {
  const all = {
    ...{ issuer, token_endpoint: `${issuer}/token`, grant_types_supported: ["client_credentials"] },
    ...members,
  };
  const { realms, notes } = suggestRealms({ members: all, issuer, address: issuer });
  const settings = realms.map(settingsIn);
  readRealms(settings as never);
  const remarks = realms.flatMap((realm) => realm.settings.flatMap(({ remark = [] }) => remark));
  return { settings, notes, remarks: remarks.join("\n") };
}

const methods = (...names: string[]) => ({ token_endpoint_auth_methods_supported: names });
const algorithms = (...names: string[]) => ({
  token_endpoint_auth_signing_alg_values_supported: names,
});

test.each<[object, object]>([
  [methods("client_secret_basic", "private_key_jwt"), { clientAuthentication: "private_key_jwt" }],
  [
    { ...methods("private_key_jwt"), ...algorithms("HS256", "ES256", "PS256") },
    { clientAuthentication: "private_key_jwt", signingAlgorithm: "PS256" },
  ],
  [
    { ...methods("private_key_jwt"), ...algorithms("PS256", "RS256") },
    { clientAuthentication: "private_key_jwt" },
  ],
  [
    { ...methods("private_key_jwt", "client_secret_post"), ...algorithms("HS256") },
    { clientAuthentication: "post" },
  ],
  [methods("client_secret_basic", "tls_client_auth"), { clientAuthentication: "tls" }],
  [methods("self_signed_tls_client_auth"), { clientAuthentication: "tls" }],
  [methods("client_secret_post", "client_secret_basic"), { clientAuthentication: "basic" }],
  [methods("none"), { clientAuthentication: "none" }],
  [methods("client_secret_jwt"), {}],
  [{}, { clientAuthentication: "basic" }],
])("of %j is chosen %j", (members, chosen) => {
  expect(suggested(members).settings).toEqual([
    {
      ...{ provider: "client-credentials", environment: "login.acme.example" },
      ...{ tokenUrl: `${issuer}/token`, ...chosen },
    },
  ]);
});

test("a client with a certificate asks where the server asks for one", () => {
  const token_endpoint = "https://mtls.acme.example/token";
  const mtls = { mtls_endpoint_aliases: { token_endpoint } };
  expect(suggested({ ...mtls, ...methods("tls_client_auth") }).settings).toMatchObject([
    { tokenUrl: token_endpoint },
  ]);
  expect(suggested({ ...mtls, ...methods("client_secret_basic") }).settings).toMatchObject([
    { tokenUrl: `${issuer}/token` },
  ]);
});

test("what a server does not say, or these settings do not use, is said", () => {
  const { settings, remarks, notes } = suggested({
    ...{ grant_types_supported: undefined, dpop_signing_alg_values_supported: ["ES256"] },
    ...methods("client_secret_jwt"),
    ...{ jwks_uri: "https://keys.example/jwks", require_signed_request_object: true },
  });
  expect(settings).toHaveLength(1);
  expect(remarks).toContain("ask whether client_credentials is one");
  expect(remarks).toContain("the server does not say which it has");
  expect(notes.join("\n")).toMatch(/keys\.example.*signed.*DPoP/s);
  expect(notes.join("\n")).toContain("not supported: client_secret_jwt");
  expect(suggested({ grant_types_supported: ["client_credentials", "implicit"] }).notes).toEqual([
    "Grants that these settings do not use: implicit.",
  ]);
  const assertions = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  const grants = ["client_credentials", assertions, "password", "implicit"];
  expect(suggested({ grant_types_supported: grants }).notes).toEqual([
    "A client-credentials realm can also have the grant jwt-bearer or password.",
    "Grants that these settings do not use: implicit.",
  ]);
});

describe("a realm of people's consents", () => {
  const code = {
    grant_types_supported: ["authorization_code"],
    authorization_endpoint: `${issuer}/login`,
  };

  test("has the addresses that the server publishes", () => {
    const { settings, remarks } = suggested({
      ...code,
      pushed_authorization_request_endpoint: `${issuer}/par`,
      revocation_endpoint: `${issuer}/revoke`,
      jwks_uri: `${issuer}/jwks`,
      scopes_supported: ["openid", "offline_access", "accounts"],
      code_challenge_methods_supported: ["S256"],
    });
    expect(settings).toEqual([
      {
        ...{ provider: "authorization-code", environment: "login.acme.example" },
        ...{ authorizeUrl: `${issuer}/login`, pushedAuthorizationUrl: `${issuer}/par` },
        ...{ tokenUrl: `${issuer}/token`, revokeUrl: `${issuer}/revoke` },
        ...{ issuer, jwksUrl: `${issuer}/jwks`, clientAuthentication: "basic", scopes: ["openid"] },
      },
    ]);
    expect(remarks).toMatch(/among openid offline_access accounts.*refresh token.*callback/s);
  });

  test("expects no ID token of a server without OpenID Connect, and no PKCE where there is none", () => {
    const { settings } = suggested({
      ...{ ...code, jwks_uri: `${issuer}/jwks`, scopes_supported: ["accounts"] },
      code_challenge_methods_supported: ["plain"],
    });
    expect(settings).toEqual([
      {
        ...{ provider: "authorization-code", environment: "login.acme.example" },
        ...{ authorizeUrl: `${issuer}/login`, tokenUrl: `${issuer}/token` },
        ...{ clientAuthentication: "basic", pkce: false },
      },
    ]);
  });
});

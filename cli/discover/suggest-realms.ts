import { isSafeAddress } from "../../functions/platform/environment.ts";
import { cliFailure } from "../failure.ts";
import type { ClientChoice } from "./choose-client.ts";
import { chooseClient } from "./choose-client.ts";
import { wordOf, wordsIn } from "./metadata-members.ts";
import type { ServerMetadata } from "./read-metadata.ts";
import type { SuggestedRealm, Suggestion } from "./suggestion.ts";

/** RFC 8414 §2, where the server does not say. */
const defaultGrants = ["authorization_code", "implicit"];

/** The settings that follow from what a server publishes. Throws a `CommandFailure` where they could not be used. */
export function suggestRealms(metadata: ServerMetadata): Suggestion {
  const { members } = metadata;
  const client = chooseClient(members);
  const address = addressReader(metadata, client);
  const grants = wordsIn(members["grant_types_supported"]);
  const grantsCode = (grants ?? defaultGrants).includes("authorization_code");
  const isClientCredentials = grants === null || grants.includes("client_credentials");
  const tokenUrl = address("token_endpoint");
  if (tokenUrl === null) throw unusable("it has no token_endpoint");
  const common = { tokenUrl, client, environment: environmentOf(metadata.issuer), members };
  const authorizeUrl = grantsCode ? address("authorization_endpoint") : null;
  const realms = [
    ...(isClientCredentials ? [clientCredentialsRealm(common, grants === null)] : []),
    ...(authorizeUrl === null
      ? []
      : [codeRealm({ ...common, authorizeUrl, address, issuer: metadata.issuer })]),
  ];
  if (realms.length === 0)
    throw unusable("it grants neither client_credentials nor authorization_code");
  return { realms, notes: [...client.notes, ...notesOn(metadata, grants ?? [])] };
}

interface Common {
  readonly tokenUrl: string;
  readonly client: ClientChoice;
  readonly environment: string;
  readonly members: ServerMetadata["members"];
}

function opening({ environment }: Common, provider: SuggestedRealm["provider"]) {
  return [
    { name: "provider", value: provider },
    { name: "environment", value: environment, remark: "yours to choose; it tells realms apart" },
  ];
}

function clientCredentialsRealm(common: Common, isGuess: boolean): SuggestedRealm {
  const provider = "client-credentials";
  const { tokenUrl, client, members } = common;
  const guess =
    "The server does not say which grants it has: ask whether client_credentials is one.";
  return {
    provider,
    settings: [
      ...(isGuess ? [{ name: null, remark: guess }] : []),
      ...opening(common, provider),
      { name: "tokenUrl", value: tokenUrl },
      ...client.settings,
      { name: null, remark: `scope: ${scopesToChoose(members)}` },
      { name: null, remark: "audience, resource: where the server needs one" },
      {
        name: null,
        remark: 'onIssue: "revoke", if a new token revokes the old one; no server publishes that',
      },
    ],
  };
}

interface Code extends Common {
  readonly authorizeUrl: string;
  readonly issuer: string;
  readonly address: AddressReader;
}

function codeRealm(code: Code): SuggestedRealm {
  const provider = "authorization-code";
  const { tokenUrl, authorizeUrl, client, address, members, issuer } = code;
  const pushed = address("pushed_authorization_request_endpoint");
  const revokeUrl = address("revocation_endpoint");
  const scopes = wordsIn(members["scopes_supported"]) ?? [];
  // RFC 8414 has `jwks_uri` too, for servers that issue no ID tokens.
  const jwksUrl = isOpenId(members) ? address("jwks_uri") : null;
  const challenges = wordsIn(members["code_challenge_methods_supported"]);
  return {
    provider,
    settings: [
      ...opening(code, provider),
      { name: "authorizeUrl", value: authorizeUrl },
      ...(pushed === null ? [] : [{ name: "pushedAuthorizationUrl", value: pushed }]),
      { name: "tokenUrl", value: tokenUrl },
      ...(revokeUrl === null ? [] : [{ name: "revokeUrl", value: revokeUrl }]),
      ...(jwksUrl === null
        ? []
        : [
            { name: "issuer", value: issuer },
            { name: "jwksUrl", value: jwksUrl },
          ]),
      ...client.settings,
      ...(challenges && !challenges.includes("S256")
        ? [{ name: "pkce", value: false, remark: "the server does not have S256" }]
        : []),
      ...(jwksUrl === null ? [] : [{ name: "scopes", value: ["openid"] }]),
      {
        name: null,
        remark: `${jwksUrl === null ? "scopes" : "more scopes"}: ${scopesToChoose(members)}`,
      },
      ...(scopes.includes("offline_access")
        ? [{ name: null, remark: "offline_access is what most servers give a refresh token for" }]
        : []),
      {
        name: null,
        remark:
          "Register the callback address: SSM, /<deployment>/realms/<provider>/<environment>/callback",
      },
      { name: null, remark: "earlySeconds: how long before its expiry a token is renewed (300)" },
    ],
  };
}

function isOpenId(members: ServerMetadata["members"]): boolean {
  const scopes = wordsIn(members["scopes_supported"]) ?? [];
  return (
    scopes.includes("openid") || members["id_token_signing_alg_values_supported"] !== undefined
  );
}

function scopesToChoose(members: ServerMetadata["members"]): string {
  const scopes = wordsIn(members["scopes_supported"]);
  return scopes === null ? "the server does not say which it has" : `among ${scopes.join(" ")}`;
}

/** The address of a member; null where it is missing. Throws a `CommandFailure` for one that would not be asked. */
type AddressReader = (member: string) => string | null;

/** With a certificate, requests go where the server asks for one (RFC 8705 §5). */
function addressReader(
  { members, issuer }: ServerMetadata,
  { usesCertificate }: ClientChoice,
): AddressReader {
  const aliases = usesCertificate ? Object(members["mtls_endpoint_aliases"]) : {};
  return (member) => {
    const value: unknown = aliases[member] ?? members[member];
    if (value === undefined || value === null) return null;
    const text = wordOf(value);
    const isLocal = issuer.startsWith("http:");
    if (text !== null && isSafeAddress(text) && (isLocal || text.startsWith("https:"))) return text;
    throw unusable(`${member} is not an https address`);
  };
}

function unusable(reason: string) {
  const detail = `Of what the issuer publishes no settings can be made: ${reason}.`;
  return cliFailure("no-metadata", "The issuer publishes nothing that can be used", detail);
}

/** The first names of the host say most: `login.acme.example`. */
function environmentOf(issuer: string): string {
  const name = new URL(issuer).hostname.replaceAll(/[^a-z0-9.-]/g, "").replace(/^[.-]+/, "");
  return name.slice(0, 63) || "acme";
}

const ownGrants = ["authorization_code", "client_credentials", "refresh_token"];
/** The values of the setting `grant` of a `client-credentials` realm, by the names that servers publish. */
const settableGrants: Readonly<Record<string, string>> = {
  "urn:ietf:params:oauth:grant-type:jwt-bearer": "jwt-bearer",
  "urn:ietf:params:oauth:grant-type:token-exchange": "token-exchange",
  password: "password",
};

function notesOn({ members, issuer }: ServerMetadata, grants: readonly string[]): string[] {
  const settable = grants.flatMap((grant) => settableGrants[grant] ?? []);
  const others = grants.filter(
    (grant) => !ownGrants.includes(grant) && !Object.hasOwn(settableGrants, grant),
  );
  const hosts = ["token_endpoint", "authorization_endpoint", "jwks_uri"]
    .flatMap((member) => wordOf(members[member]) ?? [])
    .flatMap((text) => URL.parse(text)?.host ?? []);
  const elsewhere = new Set(hosts.filter((host) => host !== new URL(issuer).host));
  const needs = (member: string, note: string) => (members[member] === true ? [note] : []);
  return [
    ...(elsewhere.size > 0
      ? [`Other hosts than the issuer's are named: ${[...elsewhere].join(", ")}.`]
      : []),
    ...needs("require_pushed_authorization_requests", "Authorization requests have to be pushed."),
    ...needs(
      "require_signed_request_object",
      "Authorization requests have to be signed, which is not supported.",
    ),
    ...needs(
      "tls_client_certificate_bound_access_tokens",
      "Tokens may be bound to the client's certificate: callers would need it too.",
    ),
    ...(members["dpop_signing_alg_values_supported"] === undefined
      ? []
      : ["It has DPoP (RFC 9449), which these settings do not use."]),
    ...(settable.length > 0
      ? [`A client-credentials realm can also have the grant ${settable.join(" or ")}.`]
      : []),
    ...(others.length > 0 ? [`Grants that these settings do not use: ${others.join(", ")}.`] : []),
  ];
}

import fc from "fast-check";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { canaries } from "./recorder.ts";

type Settings = Extract<RealmInput, { provider: "client-credentials" }>;

/** A realm with a valid secret. */
export interface FuzzRealm {
  readonly settings: RealmInput;
  readonly secret: object;
}

const { clientSecret, platformKey, apiKey, subjectToken, password } = canaries;
const privateKey = `-----BEGIN PRIVATE KEY-----\n${canaries.privateKey}\n-----END PRIVATE KEY-----`;
const oauthClient = { clientId: "client-1", clientSecret };
const environment = "test";
/** Of one call to the provider, by the fast clock of these worlds. */
const deadlineMs = 1000;

/** Tokens that are bound to a key, and what is vended beside them. */
const bound = {
  dpop: true,
  attributes: { tenant: "answer.tenant", site: "answer.data.site" },
  attributeHeaders: { "X-Tenant": "tenant", "X-Site": "site" },
};

/** A realm of each provider, of each grant, and of a server that is no token endpoint, whose addresses all begin with `base`. */
export function realmsAt(base: string): readonly FuzzRealm[] {
  const tokenUrl = `${base}/token`;
  const code = { authorizeUrl: `${base}/authorize`, tokenUrl, revokeUrl: `${base}/revoke` };
  const openId = { issuer: `${base}/issuer`, jwksUrl: `${base}/jwks` };
  const common = { environment, deadlineMs };
  const probed = { ...common, apiBaseUrl: base, probePath: "/probe" };
  return [
    {
      settings: { provider: "conferma", ...common, tokenUrl },
      secret: { ...oauthClient, platformKey },
    },
    { settings: { provider: "send-payments", ...common, tokenUrl }, secret: oauthClient },
    { settings: { provider: "cfis", ...probed }, secret: { apiKey } },
    {
      settings: { provider: "cfis-provisioning", ...probed },
      secret: { partnerProvisioningToken: apiKey, expiresAt: "2027-01-01T00:00:00Z" },
    },
    { settings: { provider: "centrapay-api-key", ...probed }, secret: { apiKey } },
    { settings: { provider: "client-credentials", ...common, tokenUrl }, secret: oauthClient },
    {
      settings: { provider: "static-key", ...common, headerName: "X-Key" },
      secret: { apiKey, expiresAt: "2027-01-01T00:00:00Z" },
    },
    {
      settings: { provider: "centrapay-user", ...common, ...code, ...openId },
      secret: oauthClient,
    },
    { settings: { provider: "connectpay", ...common, ...code }, secret: oauthClient },
    { settings: { provider: "authorization-code", ...common, ...code }, secret: oauthClient },
    ...furtherClientsAt({ ...common, tokenUrl }),
    {
      settings: { provider: "client-credentials", ...common, tokenUrl, ...bound },
      secret: oauthClient,
    },
    {
      settings: { provider: "authorization-code", ...common, ...code, ...openId, ...bound },
      secret: oauthClient,
    },
  ];
}

/** What `client-credentials` does besides that grant. */
function furtherClientsAt(
  common: Pick<Settings, "environment" | "deadlineMs" | "tokenUrl">,
): readonly FuzzRealm[] {
  const subjectTokenType = "urn:ietf:params:oauth:token-type:jwt";
  const provider = "client-credentials";
  return [
    {
      settings: {
        ...{ provider, ...common, grant: "jwt-bearer", clientAuthentication: "grant" },
        ...{ scope: "read", assertion: { scopeIn: "claim", subject: "person-1" } },
      },
      secret: { clientId: "client-1", privateKey },
    },
    {
      settings: {
        ...{ provider, ...common, grant: "token-exchange" },
        tokenExchange: { subjectTokenType, requestedTokenType: subjectTokenType },
      },
      secret: { ...oauthClient, subjectToken },
    },
    {
      settings: { provider, ...common, grant: "password", requestFormat: "json" },
      secret: { ...oauthClient, username: "jo", password },
    },
    {
      settings: {
        ...{ provider, ...common, clientAuthentication: "bearer_jwt", requestFormat: "json" },
        ...{ parameterNames: { grant_type: null }, tokenHeaders: { "X-Version": "1" } },
        lifetimeSeconds: 300,
      },
      secret: { clientId: "client-1", privateKey },
    },
  ];
}

const honestBase = "https://provider.example";
export const fuzzRealms = realmsAt(honestBase);

/** The position of any of them. */
export const realmPositions = fc.nat({ max: fuzzRealms.length - 1 });

/** The positions of those at which a person consents. */
export const consentRealms = positionsOf(({ settings }) => "authorizeUrl" in settings);

/** The positions of those whose tokens are bound to a key, and need no person. */
export const boundRealms = positionsOf(
  ({ settings }) => isBound(settings) && !("authorizeUrl" in settings),
);

function positionsOf(isMeant: (realm: FuzzRealm) => boolean): number[] {
  return fuzzRealms.flatMap((realm, position) => (isMeant(realm) ? position : []));
}

/** Whether its tokens are bound to a key. */
export function isBound(realm: RealmInput): boolean {
  return "dpop" in realm && realm.dpop === true;
}

import type { ProviderId, RealmInput } from "../../functions/providers/catalogue.ts";

/** What callers send besides a credential. */
const headers = ["extraHeaders", "accountHeaders", "attributeHeaders"];

/** They say what token vending does, not what the provider does. */
const own = [
  ...["provider", "environment", "deadlineMs", "marginMs", "privateNetworks", "earlySeconds"],
  ...["displayName", "scopeWords", "linkLifetimeSeconds", "apiBaseUrl"],
];

const ofClients = [
  ...["tokenUrl", "clientAuthentication", "basicEncoding", "signingAlgorithm", "assertionAudience"],
  ...[
    "assertionIssuer",
    "requestFormat",
    "dpop",
    "audience",
    "resource",
    "tokenParameters",
    "answer",
    "lifetimeSeconds",
  ],
  "presentation",
];

const clientGrants = [
  "scope",
  "onIssue",
  "grant",
  "assertion",
  "tokenExchange",
  "parameterNames",
  "tokenHeaders",
];

/** What the servers of the generic providers do as a declaration says. The simulators of the others are made for them. */
const played: Readonly<Partial<Record<ProviderId, readonly string[]>>> = {
  "client-credentials": [...own, ...headers, ...ofClients, ...clientGrants, "attributes"],
  "static-key": [...own, ...headers, "headerName", "scheme", "probePath"],
  "authorization-code": [
    ...[...own, ...headers, ...ofClients, "authorizeUrl", "revokeUrl", "pushedAuthorizationUrl"],
    ...["authorizationParameters", "issuer", "jwksUrl", "scopes", "renamedScopes", "pkce"],
    ...["refreshLifetimeSeconds", "attributes", "customerAttribute"],
  ],
};

/** The settings of a realm that make no difference to the server that plays its provider. */
export function unplayedSettings(settings: RealmInput): string[] {
  const names = played[settings.provider];
  return Object.entries(settings).flatMap(([name, value]) => {
    const isPlayed = names ? names.includes(name) : !headers.includes(name);
    return value === undefined || isPlayed ? [] : name;
  });
}

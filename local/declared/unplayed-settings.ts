import type { ProviderId, RealmInput } from "../../functions/providers/catalogue.ts";

/** They say what token vending does, not what the provider does. */
const own = [
  ...["provider", "environment", "deadlineMs", "marginMs", "privateNetworks", "earlySeconds"],
  ...["displayName", "scopeWords", "linkLifetimeSeconds", "apiBaseUrl"],
];

const ofClients = [
  ...["tokenUrl", "clientAuthentication", "basicEncoding", "signingAlgorithm", "assertionAudience"],
  ...["requestFormat", "audience", "resource", "tokenParameters", "answer", "lifetimeSeconds"],
  "presentation",
];

/** What the servers of the generic providers do as a declaration says. The simulators of the others are made for them. */
const played: Readonly<Partial<Record<ProviderId, readonly string[]>>> = {
  "client-credentials": [...own, ...ofClients, "scope", "onIssue", "grant"],
  "static-key": [...own, "headerName", "scheme", "probePath"],
  "authorization-code": [
    ...[...own, ...ofClients, "authorizeUrl", "revokeUrl", "pushedAuthorizationUrl"],
    ...["authorizationParameters", "issuer", "jwksUrl", "scopes", "renamedScopes", "pkce"],
    ...["refreshLifetimeSeconds", "attributes", "customerAttribute"],
  ],
};

/** The settings of a realm that make no difference to the server that plays its provider. */
export function unplayedSettings(settings: RealmInput): string[] {
  const names = played[settings.provider];
  if (!names) return [];
  return Object.entries(settings).flatMap(([name, value]) =>
    value === undefined || names.includes(name) ? [] : name,
  );
}

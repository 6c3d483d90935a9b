import { localRequester } from "../consent-providers.ts";
import { startAuthorizationCodeServer } from "../simulators/oauth/authorization-code.ts";
import { apiHeadersOf } from "./api-headers.ts";
import type { SettingsOfProvider, StartPlayer } from "./declared-realm.ts";
import { madeUpAttributes, madeUpHeaders } from "./made-up-attributes.ts";
import { isClientKept, makeUpClient, registrationOf } from "./made-up-client.ts";
import { declaredLife, requiredBy, traitsOf } from "./traits-of-settings.ts";

type Settings = SettingsOfProvider<"authorization-code">;

export const playAuthorizationCode: StartPlayer<Settings> = async (settings, tools) => {
  const { authorizationParameters, pushedAuthorizationUrl, renamedScopes = {} } = settings;
  const { port, serverPort } = tools;
  const { members, ...attributes } = madeUpAttributes(settings);
  const headers = apiHeadersOf({ ...settings, ofAttributes: madeUpHeaders(settings) });
  const server = await startAuthorizationCodeServer({
    ...traitsOf(settings, members, tools),
    ...declaredLife(settings, tools),
    ...{ ...attributes, port, serverPort, renamedScopes },
    scopes: scopesOf(settings).map((scope) => ({ scope, description: scope })),
    pkce: settings.pkce ? "required" : "refused",
    requiredOfBrowsers: requiredBy(settings, authorizationParameters),
    takesPushedOnly: pushedAuthorizationUrl !== undefined,
    refresh: refreshOf(settings),
    apiHeaders: headers.of,
  });
  const { url: apiBaseUrl, tokenUrl, revokeUrl, pushUrl, issuer, jwksUrl } = server;
  const [user] = server.users;
  return {
    simulator: server,
    pingUrl: server.pingUrl,
    ...(user ? { user } : {}),
    addresses: {
      ...{ apiBaseUrl, tokenUrl, revokeUrl, issuer, jwksUrl, assertionAudience: issuer },
      authorizeUrl: server.authorizeUrl + new URL(settings.authorizeUrl).search,
      pushedAuthorizationUrl: pushUrl,
    },
    makeUpSecret: () => makeUpClient(settings, tools.authority),
    fits: (kept) => isClientKept(settings, kept),
    register(secret, redirectUri, account) {
      const { clientId = "" } = secret;
      headers.assign(clientId, account);
      server.registerClient({
        ...{ clientId, clientSecret: registrationOf(settings, secret) ?? "" },
        ...{ name: localRequester, redirectUris: [redirectUri] },
      });
    },
    ...(settings.clientAuthentication === "none"
      ? {}
      : {
          replace: ({ clientId = "" }, next) =>
            server.rotateSecret(clientId, registrationOf(settings, next) ?? "", { keepOld: false }),
        }),
    revoke: () => server.endConsents(),
  };
};

/** OpenID Connect requires its scope. */
const scopesOf = ({ scopes, issuer }: Settings): readonly string[] =>
  scopes ?? (issuer === undefined ? [] : ["openid"]);

const refreshOf = ({ refreshLifetimeSeconds: seconds }: Settings) =>
  seconds === undefined ? {} : { lifetimeMs: seconds * 1000 };

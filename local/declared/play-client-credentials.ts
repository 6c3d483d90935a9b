import { startOAuthServer } from "../simulators/oauth/oauth-server.ts";
import { apiHeadersOf } from "./api-headers.ts";
import type { LocalSecret, SettingsOfProvider, StartPlayer } from "./declared-realm.ts";
import { madeUpAttributes, madeUpHeaders } from "./made-up-attributes.ts";
import { isClientKept, makeUpClient, registrationOf } from "./made-up-client.ts";
import { holdingOf, isGrantKept, makeUpGrant, requiredGrantOf } from "./made-up-grant.ts";
import { declaredLife, traitsOf } from "./traits-of-settings.ts";

export const playClientCredentials: StartPlayer<SettingsOfProvider<"client-credentials">> = async (
  settings,
  tools,
) => {
  const { scope, onIssue, grant, clientAuthentication } = settings;
  const { port, serverPort } = tools;
  const headers = apiHeadersOf({ ...settings, ofAttributes: madeUpHeaders(settings) });
  const server = await startOAuthServer({
    ...traitsOf(settings, madeUpAttributes(settings).members, tools),
    ...declaredLife(settings, tools),
    ...{ port, serverPort, onIssue },
    grant: requiredGrantOf(settings),
    apiHeaders: headers.of,
    allowedScopes: scope?.split(" ").filter(Boolean),
  });
  const { url, tokenUrl, issuer } = server;
  const clientIn = (secret: LocalSecret) => ({
    clientId: secret["clientId"] ?? "",
    clientSecret: registrationOf(settings, secret) ?? "",
  });
  const isPublic = clientAuthentication === "none" && grant === "client-credentials";
  return {
    simulator: server,
    pingUrl: server.pingUrl,
    addresses: { tokenUrl, apiBaseUrl: url, assertionAudience: issuer },
    async makeUpSecret() {
      const client = await makeUpClient(settings, tools.authority);
      return { ...client, ...(await makeUpGrant(settings, client)) };
    },
    fits: (kept) => isClientKept(settings, kept) && isGrantKept(settings, kept),
    register(secret, _redirectUri, account) {
      const client = clientIn(secret);
      server.registerClient(client);
      server.registerGrant(client.clientId, holdingOf(settings, secret));
      headers.assign(client.clientId, account);
    },
    ...(isPublic
      ? {}
      : {
          replace(_old, next) {
            const { clientId, clientSecret } = clientIn(next);
            server.rotateSecret(clientId, clientSecret, { keepOld: false });
            server.registerGrant(clientId, holdingOf(settings, next));
          },
        }),
    revoke: (token) => server.revoke(token),
  };
};

import { startOAuthServer } from "../simulators/oauth/oauth-server.ts";
import type { SettingsOfProvider, StartPlayer } from "./declared-realm.ts";
import { isClientKept, makeUpClient, registrationOf } from "./made-up-client.ts";
import { declaredLife, traitsOf } from "./traits-of-settings.ts";

export const playClientCredentials: StartPlayer<SettingsOfProvider<"client-credentials">> = async (
  declared,
  tools,
) => {
  const { scope, onIssue, clientAuthentication } = declared;
  // With a grant that proves the client by itself, which is not played.
  if (clientAuthentication === "grant" || declared.grant !== "client-credentials") return null;
  const settings = { ...declared, clientAuthentication };
  const { port, serverPort } = tools;
  const server = await startOAuthServer({
    ...traitsOf(settings, undefined, tools),
    ...declaredLife(settings, tools),
    ...{ port, serverPort, onIssue },
    allowedScopes: scope?.split(" ").filter(Boolean),
  });
  const { url, tokenUrl, issuer } = server;
  return {
    simulator: server,
    pingUrl: server.pingUrl,
    addresses: { tokenUrl, apiBaseUrl: url, assertionAudience: issuer },
    makeUpSecret: () => makeUpClient(settings, tools.authority),
    fits: (kept) => isClientKept(settings, kept),
    register: (secret) =>
      server.registerClient({
        clientId: secret["clientId"] ?? "",
        clientSecret: registrationOf(settings, secret) ?? "",
      }),
    ...(settings.clientAuthentication === "none"
      ? {}
      : {
          replace: ({ clientId = "" }, next) =>
            server.rotateSecret(clientId, registrationOf(settings, next) ?? "", { keepOld: false }),
        }),
    revoke: (token) => server.revoke(token),
  };
};

import * as client from "openid-client";

const configurations = new Map();

/** @param {import("../world/connection.ts").BenchConnection} connection */
function configurationOf({ tokenUrl, clientId, clientSecret }) {
  const known = configurations.get(clientId);
  if (known) return known;
  const server = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
  const configuration = new client.Configuration(
    server,
    clientId,
    undefined,
    client.ClientSecretBasic(clientSecret),
  );
  client.allowInsecureRequests(configuration);
  configurations.set(clientId, configuration);
  return configuration;
}

/**
 * A new token of the provider, by openid-client: for it, and for the peers that leave the request to their users.
 * @param {import("../world/connection.ts").BenchConnection} connection
 * @returns {Promise<{ token: string, expiresAt: number }>} Its end in milliseconds since 1970.
 */
export async function requestToken(connection) {
  const sentAt = Date.now();
  const tokens = await client.clientCredentialsGrant(configurationOf(connection));
  return { token: tokens.access_token, expiresAt: sentAt + (tokens.expires_in ?? 0) * 1000 };
}

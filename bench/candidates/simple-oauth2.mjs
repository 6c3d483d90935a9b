import { ClientCredentials } from "simple-oauth2";
import { rememberTokens } from "./token-memory.mjs";

const clients = new Map();

async function requestToken({ clientId, clientSecret, tokenUrl }) {
  const { origin, pathname } = new URL(tokenUrl);
  if (!clients.has(clientId)) {
    const client = new ClientCredentials({
      client: { id: clientId, secret: clientSecret },
      auth: { tokenHost: origin, tokenPath: pathname },
    });
    clients.set(clientId, client);
  }
  const { token } = await clients.get(clientId).getToken({});
  return { token: token.access_token, expiresAt: token.expires_at.getTime() };
}

export async function open() {
  return { vend: rememberTokens(requestToken) };
}

import { requestToken } from "./request-token.mjs";
import { rememberTokens } from "./token-memory.mjs";

export async function open() {
  return { vend: rememberTokens(requestToken) };
}

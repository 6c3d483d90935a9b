import type { Problem } from "../functions/http/contract.ts";
import type { ConsentLink } from "../functions/http/link-contract.ts";
import type { LocalRealm } from "./local-realm.ts";
import { signedFetch } from "./signed-fetch.ts";
import type { AnyLocalStack } from "./stack.ts";

/** Creates a one-time link over the API, as the operator. Returns the problem's detail if that fails. */
export async function createConsentLink(stack: AnyLocalStack, realm: LocalRealm): Promise<string> {
  const { http, identities } = stack;
  const { provider, environment } = realm.settings;
  const url = `${http.url}/v1/consents/${provider}/${environment}/default`;
  const response = await signedFetch(identities.operator.keys, url, { method: "POST" });
  const answer = (await response.json()) as ConsentLink | Problem;
  return "url" in answer ? answer.url : answer.detail;
}

/** Instructions for the terminal: the links, and the accounts to log in with. */
export async function consentInstructions(
  stack: AnyLocalStack,
  realms: readonly LocalRealm[],
): Promise<string> {
  const lines = await Promise.all(
    realms.map(async (realm) => {
      const { provider, environment } = realm.settings;
      const { login = "", password = "" } = realm.user ?? {};
      return [
        `  ${provider}/${environment}: log in as ${login}, password ${password}`,
        `    ${await createConsentLink(stack, realm)}`,
      ].join("\n");
    }),
  );
  return [
    "These connections need a consent. Open a link in a browser; it works once, for\na few minutes:",
    ...lines,
  ].join("\n");
}

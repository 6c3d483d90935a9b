import type { ConsentLink, Problem } from "../functions/http/contract.ts";
import type { LocalRealm } from "./local-realm.ts";
import { signedFetch } from "./signed-fetch.ts";
import type { LocalStack } from "./stack.ts";

/** Where the API makes one-time links for people. */
function consentAddress({ http }: Pick<LocalStack, "http">, realm: LocalRealm): string {
  const { provider, environment } = realm.settings;
  return `${http.url}/v1/consents/${provider}/${environment}/default`;
}

/** A one-time link, as the operator asks for it over the API; what hinders it otherwise. */
export async function createConsentLink(stack: LocalStack, realm: LocalRealm): Promise<string> {
  const { operator } = stack.identities;
  const address = consentAddress(stack, realm);
  const response = await signedFetch(operator.keys, address, { method: "POST" });
  const answer = (await response.json()) as ConsentLink | Problem;
  return "url" in answer ? answer.url : answer.detail;
}

/** For whoever sits at this machine: where to go, and as whom. */
export async function consentInstructions(
  stack: LocalStack,
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
    "These wait for a person. Open a link in a browser; it works once, for a few minutes:",
    ...lines,
  ].join("\n");
}

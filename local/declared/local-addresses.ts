import type { RealmInput, RealmSettings } from "../../functions/providers/catalogue.ts";

/** Settings in which an address is a name that requests mention, and nothing that is asked. */
const mentioned: ReadonlySet<string> = new Set([
  ...["audience", "resource", "scope", "scopes", "renamedScopes"],
  ...["tokenParameters", "authorizationParameters", "extraHeaders", "accountHeaders"],
  ...["displayName", "scopeWords", "issuer"],
  ...["assertion", "assertionIssuer", "tokenExchange", "answer"],
]);

/** The declared settings, with an address of this machine wherever one was declared. */
export function standIn(
  settings: RealmInput,
  addresses: Readonly<Record<string, string>>,
): RealmInput {
  const replaced = Object.keys(settings)
    .filter((name) => Reflect.get(settings, name) !== undefined && Object.hasOwn(addresses, name))
    .map((name) => [name, addresses[name]]);
  return { ...settings, ...Object.fromEntries(replaced) };
}

/** The first setting with an address of another machine, which functions could ask. */
export function foreignSetting(settings: RealmSettings): string | undefined {
  return Object.entries(settings).find(
    ([name, value]) => !mentioned.has(name) && hasForeignAddress(value),
  )?.[0];
}

function hasForeignAddress(value: unknown): boolean {
  if (typeof value === "object" && value !== null)
    return Object.values(value).some(hasForeignAddress);
  if (typeof value !== "string" || !/^[a-z][a-z\d+.-]*:\/\//i.test(value)) return false;
  return !loopback.has(URL.parse(value)?.hostname ?? "");
}

const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Whom the server of a realm plays. */
export function declaredAddress(settings: RealmInput): string {
  const { tokenUrl, apiBaseUrl } = settings as { tokenUrl?: string; apiBaseUrl?: string };
  return tokenUrl ?? apiBaseUrl ?? "an API whose address is not declared";
}

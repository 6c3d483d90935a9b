import { generateValue } from "../secret-seeder.ts";
import type { GrantHolding, RequiredGrant } from "../simulators/oauth/required-grant.ts";
import type { LocalSecret, SettingsOfProvider } from "./declared-realm.ts";
import { isKeyKept, makeUpKey, publicKeyIn } from "./made-up-keys.ts";

type Settings = SettingsOfProvider<"client-credentials">;

/** What the server wants to be presented for a token. */
export function requiredGrantOf(settings: Settings): RequiredGrant {
  const { grant, signingAlgorithm: algorithm, assertion = {}, tokenExchange } = settings;
  switch (grant) {
    case "jwt-bearer": {
      const { issuer, audience, claims, scopeIn, lifetimeSeconds = 60 } = assertion;
      const said = { issuer, audience, claims, scopeIn, algorithm };
      return { type: grant, ...said, longestLifeSeconds: lifetimeSeconds };
    }
    case "token-exchange":
      return { type: grant, subjectTokenType: "", ...tokenExchange };
    case "client-credentials":
    case "password":
      return { type: grant };
  }
}

/** The members of a client's secret that its grant needs besides. */
export async function makeUpGrant(settings: Settings, client: LocalSecret): Promise<LocalSecret> {
  switch (settings.grant) {
    case "client-credentials":
      return {};
    case "jwt-bearer":
      // The client may have authenticated by it already.
      return client["privateKey"] === undefined ? makeUpKey(settings) : {};
    case "token-exchange":
      return { subjectToken: generateValue("subject-token") };
    case "password":
      return { username: generateValue("user"), password: generateValue("password") };
  }
}

/** What the server knows of what a secret's client presents. */
export function holdingOf({ assertion }: Settings, secret: LocalSecret): GrantHolding {
  const { keyId, subjectToken, username, password, subject = assertion?.subject } = secret;
  return { publicKey: publicKeyIn(secret), keyId, subject, subjectToken, username, password };
}

/** Whether a secret of an earlier run has what the grant needs still. */
export function isGrantKept(settings: Settings, kept: LocalSecret): boolean {
  switch (settings.grant) {
    case "client-credentials":
      return true;
    case "jwt-bearer":
      return isKeyKept(settings, kept);
    case "token-exchange":
      return Boolean(kept["subjectToken"]);
    case "password":
      return Boolean(kept["username"] && kept["password"]);
  }
}

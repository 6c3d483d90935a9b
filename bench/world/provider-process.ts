// The provider, Secrets Manager and KMS. The provider's new token revokes the one before.
import { randomBytes, randomUUID } from "node:crypto";
import { arn, LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { startKms } from "../../local/aws/kms/kms.ts";
import { startSecretsManager } from "../../local/aws/secrets-manager/secrets-manager.ts";
import { createSecretSeeder } from "../../local/secret-seeder.ts";
import { startOAuthServer } from "../../local/simulators/oauth/oauth-server.ts";
import { useCredential } from "../../local/vend-client.ts";
import { answerCalls } from "../processes/answer-calls.ts";

const now = () => performance.timeOrigin + performance.now();
const [provider, secretsManager, kms] = await Promise.all([
  startOAuthServer({ now, onIssue: "revoke" }),
  startSecretsManager(),
  startKms(),
]);
const secrets = createSecretSeeder(secretsManager.url, LOCAL_LOCATION.region);
const keyId = randomUUID();
kms.ensureKey({ id: keyId });
let created = 0;

async function createConnection(prefix: string) {
  created += 1;
  const account = `account-${created}`;
  const client = {
    clientId: `client-${created}`,
    clientSecret: randomBytes(18).toString("base64url"),
  };
  provider.registerClient(client);
  await secrets.create(`${prefix}${account}`, JSON.stringify(client));
  const { tokenUrl, pingUrl, settings } = provider;
  const lifetimeSeconds = Math.floor(settings.lifetimeMs / 1000);
  return { account, ...client, tokenUrl, lifetimeSeconds, pingUrl };
}

async function isLive(token: string): Promise<boolean> {
  const header = { name: "Authorization", value: `Bearer ${token}` };
  return (await useCredential({ header }, provider.pingUrl)) === 200;
}

answerCalls({
  addresses: () => ({
    secretsManager: secretsManager.url,
    kms: kms.url,
    tokenUrl: provider.tokenUrl,
    keyArn: arn(LOCAL_LOCATION, "kms", `key/${keyId}`),
  }),
  /** How long the provider takes to issue, and how long its tokens live, in milliseconds. */
  behave: ({ issueMs, lifetimeMs }: { issueMs: number; lifetimeMs: number }) => {
    provider.settings.lifetimeMs = lifetimeMs;
    provider.clearFaults();
    if (issueMs === 0) return;
    const delay = { kind: "delay", when: "before-handling", ms: issueMs } as const;
    provider.injectFault({ ...delay, route: "token", times: "always" });
  },
  /** Requests to Secrets Manager and KMS, and tokens issued, since this process began. */
  counts: () => ({
    secretsManager: secretsManager.requests.total(),
    kms: kms.requests.total(),
    issues: provider.journal.filter(({ kind }) => kind === "issue").length,
  }),
  createConnections: ({ prefix, count }: { prefix: string; count: number }) =>
    Promise.all(Array.from({ length: count }, () => createConnection(prefix))),
  /** When the provider issued to this client, in milliseconds since 1970. */
  issues: ({ clientId }: { clientId: string }) =>
    provider.journal
      .filter((entry) => entry.kind === "issue" && entry.clientId === clientId)
      .map(({ at }) => at),
  countDead: async (tokens: readonly string[]) => {
    const distinct = [...new Set(tokens)];
    const live = await Promise.all(distinct.map(isLive));
    const dead = new Set(distinct.filter((_, at) => !live[at]));
    return tokens.filter((token) => dead.has(token)).length;
  },
});

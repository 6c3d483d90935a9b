import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, inject } from "vitest";
import type { OwnerFields } from "../../functions/http/link-contract.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { startHttpApi } from "../../local/aws/api-gateway/http-api.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import type { LambdaFunction } from "../../local/aws/lambda/lambda-function.ts";
import type { LambdaHost } from "../../local/aws/lambda/lambda-host.ts";
import { startLambdaHost } from "../../local/aws/lambda/lambda-host.ts";
import { startSecretsManager } from "../../local/aws/secrets-manager/secrets-manager.ts";
import { createSecretSeeder } from "../../local/secret-seeder.ts";
import { startCentrapayUser } from "../../local/simulators/centrapay/centrapay-user.ts";
import { startConnectPay } from "../../local/simulators/connectpay/connectpay.ts";
import { startAuthorizationCodeServer } from "../../local/simulators/oauth/authorization-code.ts";
import type { VendResult } from "../../local/vend-client.ts";
import type { PendingRows } from "./pending-rows.ts";
import { pendingRows } from "./pending-rows.ts";
import { TABLE, tokenTable } from "./token-table.ts";

/** The three deployed functions of each consent realm, the simulated providers, and the host of the pages. */
export interface ConsentStack {
  readonly baseUrl: string;
  readonly centrapay: Awaited<ReturnType<typeof startCentrapayUser>>;
  readonly connectPay: Awaited<ReturnType<typeof startConnectPay>>;
  readonly acme: Awaited<ReturnType<typeof startAuthorizationCodeServer>>;
  readonly pending: PendingRows;
  /** Where the table's database is. */
  readonly databaseUrl: string;
  /** Gives the realm's client another secret, until it is given its own again. */
  replaceClientSecret(realm: RealmName, clientSecret: string | null): Promise<void>;
  /** Creates a consent link. */
  begin(realm: RealmName, account: string, owner?: OwnerFields): Promise<string>;
  paste(realm: RealmName, account: string, code: string): Promise<unknown>;
  vend(realm: RealmName, account: string, rejectedVersion?: number): Promise<VendResult>;
  disconnect(realm: RealmName, account: string): Promise<unknown>;
  /** Sends SIGKILL to every process that vends for the realm; their invocations fail. */
  killVending(realm: RealmName): void;
  /** From now on invocations and pages are answered by the functions in this folder, of another release. */
  deploy(bundles: string): void;
  /** Stops idle processes, so that the next invocations are cold starts with empty caches. */
  stopIdleProcesses(): Promise<void>;
  /** Everything that any function has written to stdout and stderr. */
  printed(): string;
}

export const realmNames = [
  "centrapay-user/test",
  "connectpay/stage",
  "authorization-code/acme",
] as const;
export type RealmName = (typeof realmNames)[number];

const functionNames = ["begin-consent", "complete-consent", "vend-token"] as const;
export const requesterName = "Kiwi Ledger Ltd";
const requesterVariablesOfStack = {
  CONSENT_REQUESTER: requesterName,
  CONSENT_CONTACT: "consents@kiwi-ledger.example",
  CONSENT_PRIVACY_URL: "https://kiwi-ledger.example/privacy",
  CONSENT_LOGO:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 4"><path d="M0 0h9v4H0z"/></svg>',
  CONSENT_TIME_ZONE: "Pacific/Auckland",
};

type Stop = () => Promise<unknown> | unknown;

/** Starts a database that has the token table. */
type StartTable = () => Promise<{ readonly url: string; stop(): Promise<unknown> }>;

async function startTableOnDynalite(): ReturnType<StartTable> {
  const dynamoDb = await startDynamoDb();
  await createTables(dynamoDb.url, [tokenTable]);
  return dynamoDb;
}

/** One stack for a suite, whose tests use different accounts. */
export function useConsentStack(startTable: StartTable = startTableOnDynalite): () => ConsentStack {
  const stops: Stop[] = [];
  let consentStack: ConsentStack | undefined;
  beforeAll(async () => {
    consentStack = await startConsentStack(stops, startTable);
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });
  return () => {
    if (!consentStack) throw new Error("The stack has not started.");
    return consentStack;
  };
}

async function startConsentStack(stops: Stop[], startTable: StartTable): Promise<ConsentStack> {
  const bundles = inject("bundlesFolder");
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-"));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const [dynamoDb, secretsManager] = await Promise.all([startTable(), startSecretsManager()]);
  stops.push(dynamoDb.stop, secretsManager.stop);
  const secrets = createSecretSeeder(secretsManager.url, LOCAL_LOCATION.region);
  const api = await startHttpApi();
  stops.push(api.stop);
  // Another site than the providers' 127.0.0.1, so that callbacks are cross-site.
  const baseUrl = api.browserUrl;

  const redirectUris = realmNames.map((realm) => `${baseUrl}/callback/${realm}`);
  const client = { clientId: "kiwi-ledger", name: requesterName, redirectUris };
  const secret = { clientId: client.clientId, clientSecret: "canary: client + secret" };
  const centrapay = await startCentrapayUser({ clients: [client] });
  const connectPay = await startConnectPay({
    clients: [{ ...client, ...secret }],
    webAppHost: "connectpay.localhost",
  });
  const acme = await startAuthorizationCodeServer({
    clients: [{ ...client, ...secret }],
    statesIssuer: true,
  });
  stops.push(centrapay.stop, connectPay.stop, acme.stop);
  const { chain: tlsCertificateChain, privateKey: tlsPrivateKey } = connectPay.clientCertificate;
  const secretOf: Record<string, object> = {
    "centrapay-user/test": { clientId: client.clientId },
    "connectpay/stage": { ...secret, tlsCertificateChain, tlsPrivateKey },
    "authorization-code/acme": secret,
  };
  for (const realm of realmNames) {
    await secrets.add(secretNameOf(realm), secretOf[realm] ?? {});
  }

  const authority = path.join(folder, "authority.pem");
  writeFileSync(authority, connectPay.authority.certificate);
  let printed = "";
  let host: LambdaHost;
  function deploy(folderOfBundles: string) {
    host = startLambdaHost({
      functions: realmsOf({ centrapay, connectPay, acme }).flatMap((realm) =>
        consentFunctionsOf(realm, baseUrl, folderOfBundles),
      ),
      endpoints: { DYNAMODB: dynamoDb.url, SECRETS_MANAGER: secretsManager.url },
      environment: { NODE_EXTRA_CA_CERTS: authority },
      onLog: ({ text }) => {
        printed += text;
      },
    });
    stops.push(host.stop);
    api.deploy({ host, route: consentRoutesOf(realmNames) });
  }
  deploy(bundles);
  const invoke = async (name: string, payload: object) => {
    const { functionError, payload: answer } = await host.invoke(name, payload);
    if (functionError) throw new Error(`${name} failed: ${JSON.stringify(answer)}\n${printed}`);
    return answer;
  };

  return {
    ...{ baseUrl, centrapay, connectPay, acme },
    pending: pendingRows(dynamoDb.url, TABLE),
    databaseUrl: dynamoDb.url,
    replaceClientSecret: (realm, clientSecret) =>
      secrets.rotate(secretNameOf(realm), {
        ...secretOf[realm],
        ...(clientSecret === null ? {} : { clientSecret }),
      }),
    async begin(realm, account, owner = {}) {
      const link = await invoke(functionNameOf(realm, "begin-consent"), { account, ...owner });
      const { url } = link as { url?: string };
      if (url === undefined) throw new Error(`No link: ${JSON.stringify(link)}`);
      return url;
    },
    paste: (realm, account, code) =>
      invoke(functionNameOf(realm, "complete-consent"), { account, code }),
    vend: async (realm, account, rejectedVersion) =>
      (await invoke(functionNameOf(realm, "vend-token"), {
        account,
        ...(rejectedVersion === undefined ? {} : { rejectedVersion }),
      })) as VendResult,
    disconnect: (realm, account) =>
      invoke(functionNameOf(realm, "complete-consent"), { account, disconnect: true }),
    killVending(realm) {
      for (const { pid } of host.processes(functionNameOf(realm, "vend-token"))) host.kill(pid);
    },
    deploy,
    stopIdleProcesses: () => host.stopIdle(),
    printed: () => printed,
  };
}

function realmsOf({
  centrapay,
  connectPay,
  acme,
}: Pick<ConsentStack, "centrapay" | "connectPay" | "acme">): RealmInput[] {
  return [
    {
      provider: "centrapay-user",
      environment: "test",
      issuer: centrapay.issuer,
      authorizeUrl: centrapay.authorizeUrl,
      tokenUrl: centrapay.tokenUrl,
      jwksUrl: centrapay.jwksUrl,
      revokeUrl: centrapay.revokeUrl,
    },
    {
      provider: "connectpay",
      environment: "stage",
      authorizeUrl: connectPay.authorizeUrl,
      tokenUrl: connectPay.tokenUrl,
      revokeUrl: connectPay.revokeUrl,
      scopes: ["psd2-ais", "psd2-pis"],
    },
    {
      provider: "authorization-code",
      environment: "acme",
      issuer: acme.issuer,
      authorizeUrl: acme.authorizeUrl,
      tokenUrl: acme.tokenUrl,
      jwksUrl: acme.jwksUrl,
      revokeUrl: acme.revokeUrl,
      scopes: ["openid", "read", "write"],
    },
  ];
}

const secretNameOf = (realm: RealmName) => `token-vending/${realm}/default`;

/** The name of a realm's function on the local host. */
export const functionNameOf = (realm: string, name: string) =>
  `${name}-${realm.replaceAll("/", "-")}`;

/** The three functions of a realm, from a folder of bundles. */
export function consentFunctionsOf(
  realm: RealmInput,
  baseUrl: string,
  bundles: string,
): LambdaFunction[] {
  const realmName = `${realm.provider}/${realm.environment}`;
  return functionNames.map((name) => ({
    name: functionNameOf(realmName, name),
    folder: path.join(bundles, name),
    handler: "index.handler",
    timeoutMs: 20_000,
    memoryMb: 256,
    environment: {
      TABLE_NAME: TABLE,
      REALM: JSON.stringify(realm),
      SECRET_PREFIX: `token-vending/${realmName}/`,
      SEALING_KEY: `local:${Buffer.alloc(32, 7).toString("base64")}`,
      CONSENT_BASE_URL: baseUrl,
      ...(name === "vend-token" ? {} : requesterVariablesOfStack),
    },
  }));
}

/** The routes of the HTTP API: pages to one function, callbacks to the other. */
export function consentRoutesOf(realms: readonly string[]) {
  return (method: string, requestPath: string) => {
    const [, kind = "", realm = ""] =
      /^\/(consent|callback)\/([^/]+\/[^/]+)(?:\/[^/]+)?$/.exec(requestPath) ?? [];
    if (!realms.includes(realm)) return undefined;
    const name = kind === "consent" ? "begin-consent" : "complete-consent";
    return {
      functionName: functionNameOf(realm, name),
      routeKey: `${method} /${kind}`,
      pathParameters: {},
    };
  };
}

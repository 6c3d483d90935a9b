import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { httpsTransport } from "../../client/https-transport.ts";
import { lambdaTransport } from "../../client/lambda-transport.ts";
import type { ConnectionName, TokenClient } from "../../client/token-client.ts";
import { createTokenClient } from "../../client/token-client.ts";
import type { TokenClientError } from "../../client/token-client-error.ts";
import type { Transport } from "../../client/transport.ts";
import { waitForConsent } from "../../client/wait-for-consent.ts";
import { withLinks } from "../../client/with-links.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import type { LocalRealm } from "../../local/local-realm.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";
import { consentInBrowser } from "../support/consent-in-browser.ts";
import { signerWith } from "./signer.ts";

const folder = mkdtempSync(path.join(tmpdir(), "token-vending-client-"));
let stack: LocalStack;
let lambda: LambdaClient;

beforeAll(async () => {
  stack = await startStack({ folder, bundled: inject("bundlesFolder") });
  lambda = new LambdaClient({
    endpoint: stack.lambda.url,
    region: LOCAL_LOCATION.region,
    credentials: stack.identities.consumer.keys,
  });
});

afterAll(async () => {
  lambda.destroy();
  await stack.stop();
  rmSync(folder, { recursive: true });
});

const transports: Record<string, (realm: LocalRealm) => Transport> = {
  "by invocation": (realm) =>
    lambdaTransport({ client: lambda, InvokeCommand, functionName: stack.functionOf(realm).name }),
  "over the API": () =>
    httpsTransport({ baseUrl: stack.http.url, signer: signerWith(stack.identities.consumer.keys) }),
};

const transportsWithLinks: typeof transports = {
  "by invocation": (realm) => {
    const functionName = stack.functionOf(realm).name;
    return lambdaTransport({ client: lambda, InvokeCommand, functionName, withLinks });
  },
  "over the API": () => {
    const signer = signerWith(stack.identities.consumer.keys);
    return httpsTransport({ baseUrl: stack.http.url, signer, withLinks });
  },
};

const connectionOf = ({ settings }: LocalRealm): ConnectionName =>
  `${settings.provider}/${settings.environment}/default`;

function confermaRealm(): LocalRealm {
  const realm = stack.providers.realms.find(({ settings }) => settings.provider === "conferma");
  return realm ?? expect.fail("no realm of conferma");
}

describe.each(Object.entries(transports))("%s", (_, transportFor) => {
  let problems: TokenClientError[];
  let client: TokenClient;
  beforeEach(() => {
    const realm = confermaRealm();
    const connection = connectionOf(realm);
    problems = [];
    const onProblem = (error: TokenClientError) => problems.push(error);
    client = createTokenClient({ connection, transport: transportFor(realm), onProblem });
  });

  it("every connection's credential is accepted by its provider's API", async () => {
    for (const realm of stack.providers.realms.filter(({ user }) => !user)) {
      const connection = connectionOf(realm);
      const each = createTokenClient({ connection, transport: transportFor(realm) });
      const { status } = await each.fetch(realm.pingUrl);
      expect([connection, status]).toEqual([connection, 200]);
    }
  });

  it("a token that someone else revoked is reported once and replaced, for 20 requests at once", async () => {
    const { conferma } = stack.providers;
    const { platformKey } = await stack.secrets.getOrGenerate(
      "token-vending/conferma/sandbox/default",
      (): { platformKey: string } => expect.fail("there is no secret"),
    );
    const { version } = await client.vend();
    const issues = conferma.counters.issues();
    conferma.issueAsSomeoneElse(platformKey);
    const begun = conferma.counters.issues() - issues;

    const all = Array.from({ length: 20 }, () => client.fetch(conferma.pingUrl));
    const statuses = (await Promise.all(all)).map(({ status }) => status);

    expect(statuses).toEqual(Array(20).fill(200));
    expect((await client.vend()).version).toBe(version + 1);
    expect(conferma.counters.issues() - issues - begun).toBe(1);
    expect(problems).toEqual([]);
  });

  it("a 403 is not reported", async () => {
    const { conferma } = stack.providers;
    const { version } = await client.vend();
    const issues = conferma.counters.issues();
    conferma.forbidApi(true);
    const { status } = await client.fetch(conferma.pingUrl);
    conferma.forbidApi(false);
    expect(status).toBe(403);
    expect((await client.vend()).version).toBe(version);
    expect(conferma.counters.issues()).toBe(issues);
  });

  it("a version that does not exist yet is refused as the contract says", async () => {
    const { version } = await client.vend();
    await expect(client.reject(version + 5)).rejects.toMatchObject({
      code: "invalid-request",
      retryable: false,
      problem: { status: 400 },
    });
  });

  it("an account without a secret is an unknown connection", async () => {
    const realm = confermaRealm();
    const nobody = createTokenClient({
      connection: "conferma/sandbox/nobody",
      transport: transportFor(realm),
    });
    await expect(nobody.vend()).rejects.toMatchObject({ code: "unknown-connection" });
  });
});

describe.each(["by invocation", "over the API"])("where a person has to consent, %s", (how) => {
  it("a caller gets a link, waits until they have, and vends", async () => {
    const isConnectPay = ({ settings }: LocalRealm) => settings.provider === "connectpay";
    const realm = stack.providers.realms.find(isConnectPay) ?? expect.fail("no connectpay");
    const { provider, environment } = realm.settings;
    const connection: ConnectionName = `${provider}/${environment}/${how.replaceAll(" ", "-").toLowerCase()}`;
    const transport = transportsWithLinks[how]?.(realm) ?? expect.fail("no transport");
    const client = createTokenClient({ connection, transport });
    const refusal = (await client.vend().catch((error: unknown) => error)) as TokenClientError;
    expect(refusal).toMatchObject({ code: "consent-required", connection });
    const { id, url } = refusal.problem?.consent ?? expect.fail("no link");

    const outcome = waitForConsent({ connection, id, transport });
    await consentInBrowser(url, realm.user ?? expect.fail("nobody to ask"));
    expect(await outcome).toBe("granted");
    expect(await client.vend()).toMatchObject({ connection, version: 1 });
  });
});

import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBBatchResponse, DynamoDBRecord } from "aws-lambda";
import { expect, onTestFinished, test } from "vitest";
import type { Problem, VendAnswer } from "../../functions/http/contract.ts";
import type { ConnectionPage } from "../../functions/http/status-contract.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { summarizeRealm } from "../../functions/providers/catalogue.ts";
import type { TickSummary } from "../../functions/vending/schedule/renew-due.ts";
import { startEventBridge } from "../../local/aws/eventbridge/eventbridge.ts";
import type { VendResult } from "../../local/vend-client.ts";
import { aProxyEvent } from "../support/a-proxy-event.ts";
import { startCodeServer } from "../support/code-server.ts";
import type { TestStack } from "../support/stack.ts";
import { startTestStack } from "../support/stack.ts";
import { expectAnswer, versionOrCode } from "../support/stack-answers.ts";
import { bundleOf } from "../support/stack-bundle.ts";
import { confermaWorld } from "../support/stack-realms.ts";
import { clientOf } from "../support/stack-token-store.ts";
import { TestBrowser } from "../support/test-browser.ts";
import { TABLE } from "../support/token-table.ts";
import type { InvokedAs, VendProcess } from "../support/vend-process.ts";

/** Invocations at once in one process, as containers and Lambda Managed Instances run them. */
const many = 64;
/** A busy machine answers all of them within this. */
const patientMs = 25_000;

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
const accountOf = (at: number) => `a${String(at).padStart(2, "0")}`;
const numberOf = (connection: unknown) => Number(String(connection).slice(-2));
const requestOf = (at: number): InvokedAs & { awsRequestId: string } => ({
  awsRequestId: `request-${accountOf(at)}`,
});
const principalOf = (at: number) =>
  `arn:aws:sts::123456789012:assumed-role/${accountOf(at)}/session`;

/** Node would warn here of listeners that pile up. */
const expectOnlyEvents = (stack: TestStack) =>
  expect(
    stack
      .printed()
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("{")),
  ).toEqual([]);

test("vend-token gives each caller its own account's token or problem, and logs its own name with it", async () => {
  const { stack, realm, simulator, addAccount } = await confermaWorld({ deadlineMs: 5000 });
  const clients = await Promise.all(numbers(24).map((at) => addAccount(accountOf(at))));
  const process = await stack.start(realm, stack.kmsKey);
  // Two for each account, of which the last eight have no secret.
  const calls = numbers(many / 2).flatMap((at) => [
    { at, ...requestOf(at), ask: () => askDirectly(process, at) },
    { at, principal: principalOf(at), ask: () => askThroughApi(process, at) },
  ]);
  const answers = await Promise.all(calls.map(({ ask }) => ask()));

  const issues = simulator.journal.filter(({ kind }) => kind === "issue");
  expect(issues).toHaveLength(clients.length);
  for (const [nth, answer] of answers.entries()) {
    const { at = 0 } = calls[nth] ?? {};
    const connection = `conferma/test/${accountOf(at)}`;
    if (at < clients.length) {
      const { fingerprint, connection: told } = expectAnswer(answer);
      expect(told).toBe(connection);
      const issue = issues.find((each) => each.fingerprint === fingerprint);
      expect(issue?.clientId).toBe(clients[at]?.clientId);
    } else expect(answer).toMatchObject({ problem: { code: "unknown-connection", connection } });
  }
  const vended = stack.events("vended");
  expect(vended).toHaveLength(clients.length * 2);
  for (const { connection, path, principal, requestId } of vended) {
    const at = numberOf(connection);
    if (path === "direct") expect(requestId).toBe(requestOf(at).awsRequestId);
    else expect(principal).toBe(principalOf(at));
  }
  const refused = stack.events("refused").map(({ connection }) => numberOf(connection));
  expect(refused.toSorted()).toEqual(numbers(many / 2).slice(clients.length));
  expectOnlyEvents(stack);
});

async function askDirectly(process: VendProcess, at: number): Promise<VendResult> {
  const answer = process.handle({ account: accountOf(at) }, patientMs, requestOf(at));
  return (await answer) as VendResult;
}

async function askThroughApi(process: VendProcess, at: number): Promise<VendResult> {
  const event = aProxyEvent({ path: `/v1/tokens/conferma/test/${accountOf(at)}` });
  event.requestContext.identity.userArn = principalOf(at);
  const { body } = (await process.handle(event, patientMs)) as { body: string };
  const answer = JSON.parse(body) as VendAnswer | Problem;
  return "code" in answer ? { problem: answer } : answer;
}

test("vend-token ends each call at its own deadline, whoever else waits for the same token or another", async () => {
  const { stack, realm, simulator, addAccount } = await confermaWorld({ deadlineMs: 5000 });
  const accounts = numbers(many / 4);
  for (const at of accounts) await addAccount(accountOf(at));
  const process = await stack.start(realm);
  await process.vend();
  simulator.settings.latencyMs = 1500;
  // For each account two that cannot wait so long: the first to come, and one that joins the others.
  const calls = accounts.flatMap((at) =>
    [900, patientMs, 1000, patientMs].map(async (timeMs) => {
      const account = accountOf(at);
      const answer = await process.vend({ account }, timeMs);
      return `${timeMs === patientMs ? "patient" : "hasty"} ${versionOrCode(answer)}`;
    }),
  );
  const told = await Promise.all(calls);
  expect(told).toHaveLength(many);
  expect(new Set(told)).toEqual(new Set(["hasty renewal-in-progress", "patient 1"]));
  expect(simulator.counters.issues()).toBe(accounts.length + 1);
  expectOnlyEvents(stack);
});

test("renew-tokens renews each connection once for several ticks at once, and answers each operator's request", async () => {
  const { stack, realm, simulator, addAccount } = await confermaWorld({ deadlineMs: 3000 });
  // Each tick reads and renews: more of them than that keep the emulated table busy for longer than the SDK waits.
  const accounts = numbers(many / 8).map(accountOf);
  await Promise.all(accounts.map((account) => addAccount(account)));
  const due = accounts.slice(0, 4);
  const vend = await stack.start(realm);
  simulator.settings.lifetimeMs = 2000;
  const issued = await Promise.all(due.map((account) => vend.vend({ account }, patientMs)));
  expect(issued.map(versionOrCode)).toEqual(due.map(() => 1));
  simulator.settings.lifetimeMs = 300_000;

  const renew = await stack.startFunction("renew-tokens", realm);
  const ask = (event: object) => renew.handle(event, patientMs);
  const checks = async (account: string) => {
    const connection = `conferma/test/${account}`;
    const secret = `token-vending/${connection}`;
    expect(await ask({ account, checkSecret: {} })).toMatchObject({ connection, secret });
  };
  const reseals = async (account: string) => {
    const connection = `conferma/test/${account}`;
    expect(await ask({ account, reseal: true })).toMatchObject({ connection, unreadable: [] });
  };
  const [ticks] = await Promise.all([
    Promise.all(due.map(() => ask({}) as Promise<TickSummary>)),
    Promise.all(accounts.flatMap((account) => [checks(account), checks(`no-${account}`)])),
    Promise.all(accounts.map(reseals)),
  ]);
  const renewed = ticks.reduce((sum, tick) => sum + tick.renewed, 0);
  expect(renewed).toBe(due.length);
  expect(ticks.map(({ failed }) => failed)).toEqual(ticks.map(() => 0));
  expect(simulator.counters.issues()).toBe(due.length * 2);
  expectOnlyEvents(stack);
});

/** Who consents, and in which language. The others only look. */
const persons = numbers(many / 4).map((at) => ({ at, language: at % 2 === 0 ? "de" : "fr" }));

test("consent functions keep browsers, codes, tokens, languages and the names of those who asked apart", async () => {
  const [stack, server] = await Promise.all([startTestStack(), startCodeServer()]);
  const realm: RealmInput = {
    ...({ provider: "authorization-code", environment: "test" } as const),
    ...{ authorizeUrl: `${server.url}/authorize`, tokenUrl: `${server.url}/token` },
    ...{ scopes: ["email"], deadlineMs: 5000 },
  };
  const secret = { clientId: "acme", clientSecret: "canary-client-secret" };
  await stack.secrets.add("token-vending/authorization-code/test/default", secret);
  const variables = { CONSENT_BASE_URL: "https://vend.example", CONSENT_REQUESTER: "Acme" };
  const [begin, complete, vend, status] = await Promise.all([
    stack.startFunction("begin-consent", realm, variables),
    stack.startFunction("complete-consent", realm, variables),
    stack.start(realm),
    stack.startStatus([realm]),
  ]);
  const window = (process: VendProcess, language: string) =>
    new TestBrowser(
      (event) => process.handle(speaking(language, event as object), patientMs),
      "an HTTP API",
      systemClock,
    );
  /** Strangers who look at what is not theirs, while the persons do something. */
  const amongStrangers = async <T>(
    process: VendProcess,
    urls: readonly string[],
    act: (at: number) => Promise<T>,
  ) => {
    const strangers = numbers(many - persons.length).map(async (at) => {
      const language = at % 2 === 0 ? "es" : "pt";
      const { status: code, body } = await window(process, language).get(
        urls[at % urls.length] ?? "",
      );
      expect([200, 400, 404, 410]).toContain(code);
      expect(body).toContain(`<html lang="${language}"`);
    });
    const [done] = await Promise.all([
      Promise.all(persons.map(({ at }) => act(at))),
      Promise.all(strangers),
    ]);
    return done;
  };

  const links = await Promise.all(
    persons.map(async ({ at }) => {
      const link = await begin.handle({ account: accountOf(at) }, patientMs, requestOf(at));
      return (link as { url: string }).url;
    }),
  );
  const strange = links.map((url) => url.replace(/.{8}$/, "AAAAAAAA"));
  const departures = await amongStrangers(begin, strange, async (at) => {
    const { language } = persons[at] ?? expect.fail();
    const leaving = window(begin, language);
    const authorizeUrl = await leaving.goToProvider(links[at] ?? "");
    const returning = window(complete, language);
    for (const [name, cookie] of leaving.cookies) returning.cookies.set(name, cookie);
    return { returning, language, callback: server.agree(authorizeUrl) };
  });
  const callbacks = departures.map(({ callback }) => callback);
  const pages = await amongStrangers(
    complete,
    strange,
    (at) => departures[at]?.returning.get(callbacks[at] ?? "") ?? expect.fail(),
  );
  for (const [at, { status: code, body }] of pages.entries()) {
    expect(code).toBe(200);
    expect(body).toContain(`<html lang="${departures[at]?.language}"`);
  }
  const answers = await Promise.all(
    numbers(many).map((at) => vend.vend({ account: accountOf(at % persons.length) }, patientMs)),
  );
  expect(answers.map((answer) => expectAnswer(answer).token)).toEqual(
    numbers(many).map((at) => server.tokenOf(callbacks[at % persons.length] ?? "")),
  );

  const page = (await status.handle({}, patientMs)) as ConnectionPage;
  expect(page.connections).toHaveLength(persons.length);
  for (const { connection, consent } of page.connections) {
    expect(consent?.begunBy).toBe(`request ${requestOf(numberOf(connection)).awsRequestId}`);
  }

  const ends = numbers(many).map((at) => ({
    account: accountOf(at),
    wasEmpty: at >= persons.length,
  }));
  await Promise.all(
    ends.map(async ({ account, wasEmpty }) => {
      const end = await complete.handle({ account, disconnect: true }, patientMs);
      const connection = `authorization-code/test/${account}`;
      expect(end).toMatchObject({ connection, ...(wasEmpty ? { wasEmpty } : { revoked: null }) });
    }),
  );
  expectOnlyEvents(stack);
});

function speaking(language: string, event: object): object {
  const { headers } = event as { headers: object };
  return { ...event, headers: { ...headers, "accept-language": language } };
}

test("publish-events publishes each batch's events, and names what it could not publish to its own batch", async () => {
  const [stack, bus] = [await startTestStack(), await startEventBridge()];
  onTestFinished(() => bus.stop());
  const realm = connectPayOf("stage");
  const publisher = await stack.startBundle(bundleOf("publish-events"), realm, {
    REALMS: JSON.stringify([summarizeRealm(realm)]),
    EVENT_BUS: "token-vending",
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
  });
  // More than each batch's first two attempts.
  bus.injectFault({ fault: "fail" }, 2 * many + 20);
  const failed = await Promise.all(
    numbers(many).map(async (at) => {
      const answer = await publisher.handle({ Records: [streamed(at)] }, patientMs);
      const { batchItemFailures: failures } = answer as DynamoDBBatchResponse;
      for (const { itemIdentifier } of failures) expect(itemIdentifier).toBe(String(at));
      return failures.length > 0 ? [at] : [];
    }),
  );
  const published = bus.events.map(({ detail }) => numberOf(Object(detail).connection));
  expect(failed.flat().length).toBeGreaterThan(0);
  expect([...published, ...failed.flat()].toSorted((a, b) => a - b)).toEqual(numbers(many));
  expectOnlyEvents(stack);
});

test("list-connections lists to each operator the realm that was asked for, or names what is wrong with the request", async () => {
  const stack = await startTestStack();
  const environments = numbers(8).map((at) => `stage-${at}`);
  const status = await stack.startStatus(environments.map(connectPayOf));
  const client = clientOf(stack.dynamoDb.url);
  onTestFinished(() => client.destroy());
  for (const [at, environment] of environments.entries()) {
    const Item = consentRow(`connectpay/${environment}`, at);
    await client.send(new PutItemCommand({ TableName: TABLE, Item }));
  }
  await Promise.all(
    numbers(many).map(async (at) => {
      const realm = `connectpay/stage-${at % 9}`;
      let answer = await status.handle({ realm }, patientMs);
      // The emulated table of a busy machine does not answer all of them in its second.
      while (codeOf(answer) === "store-unavailable")
        answer = await status.handle({ realm }, patientMs);
      // The ninth realm is not deployed.
      if (at % 9 === 8) expect(answer).toMatchObject({ problem: { code: "unknown-connection" } });
      else
        expect(answer).toMatchObject({
          connections: [{ connection: `${realm}/${accountOf(at % 9)}` }],
        });
    }),
  );
  expectOnlyEvents(stack);
});

const codeOf = (answer: unknown) => (answer as { problem?: Problem }).problem?.code;

const connectPayOf = (environment: string): RealmInput => ({
  ...({ provider: "connectpay", environment } as const),
  authorizeUrl: "https://provider.example/authorize",
  tokenUrl: "https://provider.example/token",
});

/** The row of a consent that has just been given. */
const consentRow = (realm: string, at: number) => ({
  ...{ pk: { S: `${realm}/${accountOf(at)}` }, realm: { S: realm } },
  ...{ layout: { N: "1" }, fence: { N: "1" }, version: { N: "1" }, tokenOwner: { S: "p.1" } },
  ...{ sealed: { B: Buffer.from("sealed") }, fingerprint: { S: "9f86d081884c" } },
  ...{ requestedAt: { N: "1000" }, issuedAt: { N: "1000" }, renewAt: { N: "2000" } },
  ...{ secretVersion: { S: "s" }, consentedAt: { N: "1000" }, grantedScope: { S: "psd2-ais" } },
});

/** The same in the table's stream. */
function streamed(at: number): DynamoDBRecord {
  const NewImage = { ...consentRow("connectpay/stage", at), sealed: { B: "c2VhbGVk" } };
  const stream = { Keys: { pk: NewImage.pk }, NewImage, SequenceNumber: String(at) };
  return {
    eventName: "INSERT",
    dynamodb: { ...stream, ApproximateCreationDateTime: 1_795_168_800 },
  };
}

import { randomBytes } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { expect, it, onTestFinished } from "vitest";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { startCfis } from "../../local/simulators/cfis/cfis.ts";
import { startConferma } from "../../local/simulators/conferma/conferma.ts";
import type { Fault } from "../../local/simulators/kit/faults.ts";
import { startOAuthServer } from "../../local/simulators/oauth/oauth-server.ts";
import { startSendPayments } from "../../local/simulators/send-payments/send-payments.ts";
import type { VendResult } from "../../local/vend-client.ts";
import type { TestStack } from "../support/stack.ts";
import { startTestStack } from "../support/stack.ts";
import { versionOrCode } from "../support/stack-answers.ts";
import { canariesIn, formsOf } from "../support/stack-canaries.ts";
import type { VendProcess } from "../support/vend-process.ts";

/** Hard to encode, and recognisable. */
const canary = (what: string) => `canary-${what}-/+:%"\\é~${randomBytes(9).toString("base64")}`;
const headerCanary = (what: string) =>
  `canary-${what}-/+:%"\\~${randomBytes(9).toString("base64")}`;

/** A caller's answer has the token in `token` and in the header, and nowhere else. */
function withoutCredential(vended: VendResult): unknown {
  if (!("token" in vended)) return vended;
  const { token: _, header, ...rest } = vended;
  return { ...rest, header: header.name };
}

/** The table's content for someone who can read all of it. */
function asText(items: readonly Record<string, AttributeValue>[]): string {
  return JSON.stringify(items, (_, value) =>
    value instanceof Uint8Array
      ? `${Buffer.from(value).toString("latin1")} ${Buffer.from(value).toString("base64")}`
      : value,
  );
}

/** Stores the callers' answers, and the tokens in them. */
function listener(process: VendProcess) {
  const said: string[] = [];
  const tokens: string[] = [];
  return {
    said,
    tokens,
    async vend(event: unknown, remainingMs?: number) {
      const vended = (await process.handle(event, remainingMs)) as VendResult;
      if ("token" in vended) tokens.push(vended.token);
      said.push(JSON.stringify(withoutCredential(vended)));
      return vended;
    },
  };
}

/** No answer, output or stored item contains a canary or a token, vended or lost. */
async function expectSilence(
  stack: TestStack,
  { said, tokens }: ReturnType<typeof listener>,
  canaries: Readonly<Record<string, string>>,
): Promise<void> {
  const vended = Object.fromEntries(tokens.map((token, at) => [`token ${at + 1}`, token]));
  const places = {
    said: said.join("\n"),
    printed: stack.printed(),
    stored: asText(await stack.items()),
  };
  for (const [place, text] of Object.entries(places)) {
    expect(canariesIn(text, { ...canaries, ...vended }), place).toEqual([]);
    // Tokens of simulators, including undelivered ones; and the first letters of a JWT.
    expect(text, place).not.toMatch(/simulated-|eyJ[\w-]{10}/);
  }
  expect(said.length).toBeGreaterThan(0);
}

const echoes = ([500, 401, 400, 200] as const).flatMap((status): Fault[] => [
  { kind: "echo", status },
  { kind: "echo", status, afterIssuing: true },
]);
const lost: readonly Fault[] = [
  { kind: "truncate" },
  { kind: "destroy", when: "half-body" },
  { kind: "redirect", location: "http://127.0.0.1:1/" },
  { kind: "patch-body", patch: { expires: "junk", expires_in: "junk", expiresAt: "junk" } },
];

it("canaries are recognised in every form, also inside longer base64", () => {
  const secret = canary("self-test");
  for (const form of formsOf(secret))
    expect(canariesIn(`<${form}>`, { secret })).toEqual(["secret"]);
  const basic = Buffer.from(`some-client:${secret}`).toString("base64");
  expect(canariesIn(basic, { secret })).toEqual(["secret"]);
  expect(canariesIn("nothing of it", { secret })).toEqual([]);
});

it("Conferma: no secret and no token is answered, printed or stored, whatever happens (P12)", async () => {
  const stack = await startTestStack();
  const conferma = await startConferma();
  onTestFinished(conferma.stop);
  const clientSecret = canary("secret");
  const platformKey = canary("platform");
  const realm: RealmInput = {
    provider: "conferma",
    environment: "test",
    tokenUrl: conferma.tokenUrl,
  };
  const process = await stack.start(realm);
  const told = listener(process);
  const prefix = "token-vending/conferma/test/";
  const faults = [...echoes, ...lost];

  for (const [at, fault] of [undefined, ...faults].entries()) {
    const client = { clientId: `client-${at}`, clientSecret };
    const secret = { ...client, platformKey: `${platformKey}-${at}` };
    conferma.registerClient({ ...client, platformKeys: [secret.platformKey] });
    await stack.secrets.add(`${prefix}account-${at}`, secret);
    if (fault) conferma.injectFault(fault);
    await told.vend({ account: `account-${at}` });
    await told.vend({ account: `account-${at}`, rejectedVersion: 1 });
  }
  conferma.rotateSecret("client-0", canary("other"), { keepOld: false });
  await told.vend({ account: "account-0", rejectedVersion: 2 });
  const thief = { clientId: "client-0", clientSecret, platformKey: `${platformKey}-0` };
  await stack.secrets.add(`${prefix}thief`, thief);
  expect(versionOrCode(await told.vend({ account: "thief" }))).toBe("scope-conflict");

  expect(told.tokens.length).toBeGreaterThan(1);
  await expectSilence(stack, told, { clientSecret, platformKey });
});

it("a malformed secret is not quoted: not its text, not its fields, not its version's neighbours (P12)", async () => {
  const stack = await startTestStack();
  const secret = canary("secret");
  const realm: RealmInput = {
    provider: "conferma",
    environment: "test",
    tokenUrl: "http://127.0.0.1:1/token",
  };
  const told = listener(await stack.start(realm));
  const malformed: readonly object[] = [
    { clientId: `${secret}:x`, clientSecret: secret, platformKey: "p" },
    { clientId: "c", clientSecret: `${secret}\n`, platformKey: "p" },
    { clientId: "c", clientSecret: { [secret]: secret }, platformKey: "p" },
    { clientId: "c", clientSecret: [secret], platformKey: secret },
    { [secret]: "c" },
    [secret],
  ];
  for (const [at, value] of malformed.entries()) {
    await stack.secrets.add(`token-vending/conferma/test/account-${at}`, value);
    expect(versionOrCode(await told.vend({ account: `account-${at}` }))).toBe("secret-malformed");
  }
  await expectSilence(stack, told, { secret });
});

it("a value in the wrong place of a request is quoted neither in the answer nor in the log (P12)", async () => {
  const stack = await startTestStack();
  const token = canary("token");
  const realm: RealmInput = {
    provider: "conferma",
    environment: "test",
    tokenUrl: "http://127.0.0.1:1/token",
  };
  const told = listener(await stack.start(realm));
  const api = { httpMethod: "POST", requestContext: {}, path: "/v1/tokens/conferma/test/default" };
  const events: readonly unknown[] = [
    { account: token },
    { rejectedVersion: token },
    { minValiditySeconds: token },
    [token],
    token,
    { ...api, path: `${api.path}/rejections`, body: token },
    { ...api, path: `${api.path}/rejections`, body: JSON.stringify({ version: token }) },
    { ...api, httpMethod: "GET", queryStringParameters: { minValiditySeconds: token } },
    { ...api, path: `/v1/tokens/conferma/test/${encodeURIComponent(token)}` },
  ];
  for (const event of events) await told.vend(event);
  await expectSilence(stack, told, { token });
});

it("Send Payments and ordinary OAuth: secrets and tokens stay where they belong (P12)", async () => {
  const stack = await startTestStack();
  const clientSecret = canary("secret");
  const [send, oauth] = [await startSendPayments(), await startOAuthServer()];
  onTestFinished(send.stop);
  onTestFinished(oauth.stop);
  const realms: readonly RealmInput[] = [
    { provider: "send-payments", environment: "test", tokenUrl: send.tokenUrl },
    { provider: "client-credentials", environment: "test", tokenUrl: oauth.tokenUrl },
  ];
  for (const [simulator, realm] of [[send, realms[0]] as const, [oauth, realms[1]] as const]) {
    const told = listener(await stack.start(realm ?? expect.fail("no realm")));
    for (const [at, fault] of [undefined, ...echoes, ...lost].entries()) {
      const client = { clientId: `client-${at}`, clientSecret };
      simulator.registerClient(client);
      const name = `token-vending/${realm?.provider}/test/account-${at}`;
      await stack.secrets.add(name, client);
      if (fault) simulator.injectFault(fault);
      await told.vend({ account: `account-${at}` });
    }
    expect(told.tokens.length).toBeGreaterThan(0);
    await expectSilence(stack, told, { clientSecret });
  }
});

it("static keys: neither the key nor what its provider says of it appears anywhere else (P12)", async () => {
  const stack = await startTestStack();
  const cfis = await startCfis({ environment: "staging" });
  onTestFinished(cfis.stop);
  const apiKey = headerCanary("key");
  cfis.registerKey({ apiKey });
  const probePath = "/api/v1/partner/validate";
  const realm: RealmInput = {
    provider: "cfis",
    environment: "test",
    apiBaseUrl: cfis.url,
    probePath,
  };
  const told = listener(await stack.start(realm));
  const prefix = "token-vending/cfis/test/";
  const secrets: readonly object[] = [
    { apiKey },
    { apiKey, expiresAt: "2019-01-01T00:00:00Z" },
    { apiKey, expiresAt: apiKey },
    { apiKey: `${apiKey} ${apiKey}` },
    { partnerProvisioningToken: apiKey },
    ...echoes.map(() => ({ apiKey })),
  ];
  for (const [at, secret] of secrets.entries()) {
    await stack.secrets.add(`${prefix}account-${at}`, secret);
    const fault = echoes[at - 5];
    if (fault) cfis.injectFault({ ...fault, route: "validate" });
    await told.vend({ account: `account-${at}` });
    await told.vend({ account: `account-${at}`, rejectedVersion: 1 });
  }
  expect(told.tokens).toContain(apiKey);
  await expectSilence(stack, told, { apiKey });
});

it("a function that cannot start names the variable, not its value (P12)", async () => {
  const stack = await startTestStack();
  const key = canary("sealing");
  const tokenUrl = "http://127.0.0.1:1/token";
  const realm: RealmInput = { provider: "conferma", environment: "test", tokenUrl };
  const failure = await stack.start(realm, { SEALING_KEY: `local:${key}` }).catch(String);
  expect(failure).toContain("SEALING_KEY");
  expect(canariesIn(String(failure), { key })).toEqual([]);
});

import { describe, expect, it } from "vitest";
import { systemClock } from "../../functions/platform/system-clock.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import type { CodeServer } from "../support/code-server.ts";
import { startCodeServer } from "../support/code-server.ts";
import { startTestStack } from "../support/stack.ts";
import { expectAnswer, expectProblem } from "../support/stack-answers.ts";
import { TestBrowser } from "../support/test-browser.ts";
import { apis } from "../support/web-events.ts";

const variables = {
  CONSENT_BASE_URL: "https://vend.example",
  CONSENT_REQUESTER: "Acme Bookkeeping",
};

const realmOf = ({ url }: CodeServer): RealmInput => ({
  provider: "authorization-code",
  environment: "test",
  authorizeUrl: `${url}/authorize`,
  tokenUrl: `${url}/token`,
  scopes: ["email", "phone"],
});

/** The three functions of one realm, as they are deployed, each in a process of its own. */
async function world() {
  const [stack, server] = await Promise.all([startTestStack(), startCodeServer()]);
  const realm = realmOf(server);
  const secret = () => ({ clientId: "acme", clientSecret: "canary-client-secret" });
  await stack.secrets.add("token-vending/authorization-code/test/default", secret());
  const [begin, complete, vend] = await Promise.all([
    stack.startFunction("begin-consent", realm, variables),
    stack.startFunction("complete-consent", realm, variables),
    stack.start(realm),
  ]);
  const link = async () => ((await begin.handle({ account: "jo" })) as { url: string }).url;
  return { stack, server, begin, complete, vend, link };
}

describe.each(apis)("through %s", (api) => {
  it("after a person's consent a token is vended, and no secret of the consent is stored, printed or shown", async () => {
    const { stack, server, begin, complete, vend, link } = await world();
    const before = expectProblem(await vend.vend({ account: "jo" }));
    expect(before).toMatchObject({ code: "consent-required", status: 409, retryable: false });

    const url = await link();
    const leaving = new TestBrowser((event) => begin.handle(event), api, systemClock);
    const authorizeUrl = await leaving.goToProvider(url);
    const returning = new TestBrowser((event) => complete.handle(event), api, systemClock);
    for (const [name, cookie] of leaving.cookies) returning.cookies.set(name, cookie);
    const callback = server.agree(authorizeUrl);
    const page = await returning.get(callback);

    expect(page).toMatchObject({ status: 200, title: "Part of the access is granted" });
    const answer = expectAnswer(await vend.vend({ account: "jo" }));
    expect(answer).toMatchObject({
      connection: "authorization-code/test/jo",
      version: 1,
      header: { name: "Authorization", value: `Bearer ${server.accessToken()}` },
    });
    expect(await returning.get(callback)).toEqual(page);
    expect(server.forms).toHaveLength(1);

    const state = new URL(authorizeUrl).searchParams.get("state") ?? "?";
    const [cookie] = [...leaving.cookies.values()];
    const secrets = ["canary-", state, cookie?.value ?? "?", url.split("/").at(-1) ?? "?"];
    const stored = JSON.stringify(await stack.items());
    for (const secret of secrets) {
      expect(stack.printed()).not.toContain(secret);
      expect(stored).not.toContain(secret);
      expect(page.body).not.toContain(secret);
    }
    const names = stack.events().map(({ event }) => event);
    expect(names).toEqual(
      expect.arrayContaining(["consent-begun", "consent-continued", "consent-granted"]),
    );
  });
});

it("a code that two processes receive at the same instant is redeemed once", async () => {
  const { stack, server, begin, complete, link } = await world();
  const twin = await stack.startFunction("complete-consent", realmOf(server), variables);
  const leaving = new TestBrowser((event) => begin.handle(event), "an HTTP API", systemClock);
  const callback = server.agree(await leaving.goToProvider(await link()));
  const pages = await Promise.all(
    [complete, twin, complete, twin].map((process) => {
      const tab = new TestBrowser((event) => process.handle(event), "an HTTP API", systemClock);
      for (const [name, cookie] of leaving.cookies) tab.cookies.set(name, cookie);
      return tab.get(callback);
    }),
  );
  expect(pages.map(({ status }) => status).toSorted()).toEqual([200, 410, 410, 410]);
  expect(server.forms).toHaveLength(1);
});

it("an ended consent vends nothing, until somebody consents again", async () => {
  const { stack, server, begin, complete, link } = await world();
  const consent = async () => {
    const browser = new TestBrowser(
      (event) =>
        JSON.stringify(event).includes("/callback/") ? complete.handle(event) : begin.handle(event),
      "a REST API",
      systemClock,
    );
    await browser.get(server.agree(await browser.goToProvider(await link())));
  };
  await consent();
  const ended = await complete.handle({ account: "jo", disconnect: true });
  expect(ended).toMatchObject({ connection: "authorization-code/test/jo", revoked: null });
  const fresh = () => stack.start(realmOf(server));
  expect(expectProblem(await (await fresh()).vend({ account: "jo" }))).toMatchObject({
    code: "consent-required",
  });
  await consent();
  expect(expectAnswer(await (await fresh()).vend({ account: "jo" }))).toMatchObject({ version: 2 });
});

describe("a consent function does not start", () => {
  it.each([
    ["without an address", {}, "CONSENT_BASE_URL is missing."],
    [
      "with an address that is not safe",
      { CONSENT_BASE_URL: "http://vend.example" },
      "CONSENT_BASE_URL must be an https address",
    ],
  ])("%s", async (_, given, message) => {
    const [stack, server] = await Promise.all([startTestStack(), startCodeServer()]);
    const start = stack.startFunction("begin-consent", realmOf(server), given);
    await expect(start).rejects.toThrow(message);
  });

  it("where nobody consents", async () => {
    const stack = await startTestStack();
    const realm: RealmInput = {
      provider: "cfis",
      environment: "x",
      apiBaseUrl: "https://x.example",
    };
    const start = stack.startFunction("complete-consent", realm, variables);
    await expect(start).rejects.toThrow("REALM: provider: cfis needs no consent.");
  });
});

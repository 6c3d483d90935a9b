import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from "vitest";
import type { ConsoleServer } from "../../cli/console/console-server.ts";
import type { ProviderId } from "../../functions/providers/catalogue.ts";
import { createConsentLink } from "../../local/consent-links.ts";
import { startLocalConsole } from "../../local/console/local-console.ts";
import type { LocalRealm } from "../../local/local-realm.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";
import { createVendClient } from "../../local/vend-client.ts";
import { expectAnswer } from "../support/stack-answers.ts";
import { dark, describeInBrowser, openVisitor } from "./chromium.ts";
import { checkPage } from "./inspect-page.ts";

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const conferma = "conferma/sandbox/default";

describeInBrowser("the console", () => {
  let folder = "";
  let stack: LocalStack;
  let served: ConsoleServer;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "token-vending-console-"));
    stack = await startStack({ folder, bundled: inject("bundlesFolder") });
    served = await startLocalConsole(stack, 0);
    await vend("conferma");
  });
  afterAll(async () => {
    await served?.stop();
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function realmOf(provider: ProviderId): LocalRealm {
    const realm = stack.providers.realms.find(({ settings }) => settings.provider === provider);
    if (!realm) throw new Error(`No realm of the local stack is of ${provider}.`);
    return realm;
  }

  async function vend(provider: ProviderId): Promise<string> {
    const client = createVendClient(stack.lambda.url, stack.identities.consumer.keys);
    const answer = expectAnswer(await client.vend(stack.functionOf(realmOf(provider)).name));
    client.close();
    return answer.token;
  }

  /** A page with everything that it was sent. */
  async function openConsole(
    options: BrowserContextOptions = {},
    query = "",
  ): Promise<{ page: Page; received: () => string }> {
    const { page } = await openVisitor(options);
    const bodies: string[] = [];
    page.on("response", (response) => {
      void response.text().then(
        (text) => bodies.push(text),
        () => undefined,
      );
    });
    const [address = "", key = ""] = served.link.split("#");
    await page.goto(`${address}${query}#${key}`);
    await page.getByText("Live", { exact: true }).waitFor();
    return { page, received: () => bodies.join("\n") };
  }

  const rowOf = (page: Page, connection: string) =>
    page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: connection }) });

  async function choose(page: Page, connection: string, menu: "Actions" | "Break", item: string) {
    const row = rowOf(page, connection);
    await row.getByLabel(`${menu}: ${connection}`).click();
    await row.getByRole("button", { name: item }).click();
  }

  test("shows each connection with its token's life, and no token", async () => {
    const token = await vend("conferma");
    const { page, received } = await openConsole();
    const row = rowOf(page, conferma);
    await row.getByText("Usable", { exact: true }).waitFor();
    const bar = row.getByRole("img");
    expect(await bar.getAttribute("aria-label")).toMatch(
      /^Token, \d\d % of its life left\. Issued .+ ago\. Handover in 4 min .+\. Usable until in 4 min .+\. Expires in/,
    );
    await row.getByText(/^Version 1 · issued because: cold, in \d+ ms · fingerprint/).waitFor();
    await page.getByText("Version 1 issued (cold)").first().waitFor();
    expect(received()).toContain('"connection":"conferma/sandbox/default"');
    expect(received()).not.toContain(token);
    await checkPage(page, "console");
  });

  test("moves its bars without being told", async () => {
    const { page } = await openConsole();
    const left = rowOf(page, conferma).locator(".life-left");
    const before = await left.evaluate((element) => element.getAttribute("style"));
    await expect
      .poll(() => left.evaluate((element) => element.getAttribute("style")))
      .not.toBe(before);
  });

  test.each([
    ["dark", dark],
    ["phone", phone],
    ["phone-dark", { ...phone, ...dark }],
  ])("can be used %s", async (name, options) => {
    const { page } = await openConsole({ ...options, reducedMotion: "reduce" });
    await rowOf(page, conferma).waitFor();
    await checkPage(page, `console-${name}`);
    const { transitionDuration } = await page.evaluate<{ transitionDuration: string }>(
      "({ ...getComputedStyle(document.querySelector('.life-left')) })",
    );
    expect(transitionDuration).toBe("0s");
  });

  test("has the filter in its address, and keeps it when it is loaded again", async () => {
    await vend("static-key");
    const { page } = await openConsole({}, "?q=conf");
    await rowOf(page, conferma).waitFor();
    expect(await rowOf(page, "static-key/acme/default").count()).toBe(0);
    await page.getByLabel("Search").fill("acme key");
    await rowOf(page, "static-key/acme/default").waitFor();
    await page.getByLabel("Realm").selectOption("static-key/acme");
    expect(new URL(page.url()).search).toBe("?realm=static-key%2Facme&q=acme+key");
    expect(page.url()).not.toContain("#");
    await page.reload();
    await rowOf(page, "static-key/acme/default").waitFor();
    expect(await page.getByLabel("Search").inputValue()).toBe("acme key");
    expect(await rowOf(page, conferma).count()).toBe(0);
  });

  test("freezes with a reason, from the keyboard, and thaws", async () => {
    await vend("send-payments");
    const name = "send-payments/sandbox/default";
    const { page } = await openConsole();
    const row = rowOf(page, name);
    await row.getByLabel(`Actions: ${name}`).focus();
    await page.keyboard.press("Enter");
    await row.getByRole("button", { name: "Freeze", exact: true }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: `Freeze ${name}?` });
    await dialog.getByLabel("Why?").fill("The key has leaked.");
    await checkPage(page, "console-dialog");
    await page.keyboard.press("Enter");
    await row.getByText(/^Frozen by .+: The key has leaked\.$/).waitFor();
    await choose(page, name, "Actions", "Thaw");
    await page.getByLabel("Why?").fill("It was replaced.");
    await page.keyboard.press("Enter");
    await row.getByText("Usable", { exact: true }).waitFor();
  });

  test("does nothing if the person thinks better of it", async () => {
    const { page } = await openConsole();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(`${request.method()} ${request.url()}`));
    await choose(page, conferma, "Actions", "Reject version");
    await page.getByRole("button", { name: "Cancel" }).click();
    await choose(page, conferma, "Actions", "Reject version");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    expect(asked.filter((request) => request.startsWith("POST"))).toEqual([]);
  });

  test("breaks a provider, and shows what fails and what to do", async () => {
    await vend("client-credentials");
    const name = "client-credentials/acme/default";
    const { page } = await openConsole();
    const row = rowOf(page, name);
    await choose(page, name, "Break", "Provider is down");
    await row.getByText("The simulated provider answers 503.").waitFor();
    await choose(page, name, "Actions", "Reject version 1");
    await page.getByRole("button", { name: "Reject it" }).click();
    await row.getByText("The provider is unavailable").waitFor();
    await row.getByText("docs/operations.md#provider-unavailable").waitFor();
    await page.getByText(/^Renewal failed: provider-unavailable/).waitFor();
    await choose(page, name, "Break", "Provider is well again");
    await choose(page, name, "Break", "Call as a consumer");
    await page.getByText(/provider answers 200/).waitFor();
  });

  test("kills the holder of a lease, and says who takes over", async () => {
    const { page } = await openConsole();
    await choose(page, conferma, "Break", "Kill the lease's holder");
    await page.getByText(/^A token was being requested: the process of .+ ended/).waitFor();
    await rowOf(page, conferma)
      .getByText(/^Lease for a renewal \(rejected\)/)
      .waitFor();
  });

  test("shows a consent's link once", async () => {
    await createConsentLink(stack, realmOf("connectpay"));
    const name = "connectpay/stage/default";
    const { page, received } = await openConsole();
    await choose(page, name, "Actions", "Make a consent link");
    await page.getByRole("button", { name: "Make the link" }).click();
    const link = await page.getByLabel("The link").inputValue();
    expect(link).toMatch(/\/consent\/connectpay\/stage\//);
    await page.getByRole("button", { name: "Close" }).click();
    await rowOf(page, name).getByText("Waiting for consent").waitFor();
    expect(await page.content()).not.toContain(link.split("/").at(-1));
    expect(received().split(link).length - 1).toBe(1);
  });

  test("takes no text for markup, and its policy allows none", async () => {
    const { page } = await openConsole();
    const outcome = await page.evaluate<string>(`(() => {
      try { document.body.innerHTML = "<img src=x>"; return "taken"; }
      catch (error) { return error.name; }
    })()`);
    expect(outcome).toBe("TypeError");
    const [address = "", key = ""] = served.link.split("/#");
    const reason = '<img src="x" onerror="document.title=1">';
    const freeze = { act: "freeze", target: "cfis/staging/default", reason };
    await vend("cfis");
    const headers = { authorization: `Bearer ${key}`, origin: address };
    await fetch(`${address}/act`, { method: "POST", headers, body: JSON.stringify(freeze) });
    await rowOf(page, "cfis/staging/default").getByText(reason).waitFor();
    expect(await page.title()).toBe("Token vending console");
  });

  test("takes the link of a new start in the tab of the former one", async () => {
    const { page } = await openVisitor({});
    await page.goto(`${served.origin}/#${"x".repeat(43)}`);
    await page.getByText("The console was started anew").waitFor();
    await page.goto(served.link);
    await page.getByText("Live", { exact: true }).waitFor();
    expect(page.url()).not.toContain("#");
  });

  test("without the key says where that is", async () => {
    const { page } = await openVisitor({});
    await page.goto(served.origin);
    await page.getByText("Open the whole link that the terminal has printed").waitFor();
  });

  test("is neither read nor moved by a page at another port, which has no key", async () => {
    const hostile = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<!doctype html><title>hostile</title>");
    });
    await new Promise<void>((resolve) => hostile.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void hostile.close());
    const { page } = await openVisitor({});
    await page.goto(`http://127.0.0.1:${(hostile.address() as AddressInfo).port}/`);
    const attempts = await page.evaluate<string[]>(`(async () => {
      const origin = ${JSON.stringify(served.origin)};
      const outcomes = [];
      for (const [path, options] of [
        ["/snapshot", {}],
        ["/", {}],
        ["/snapshot", { headers: { authorization: "Bearer guess" } }],
        ["/act", { method: "POST", body: '{"act":"callers","isOn":true}' }],
      ]) outcomes.push(await fetch(origin + path, options).then(() => "read", () => "refused"));
      const frame = document.createElement("iframe");
      frame.src = origin;
      const loaded = new Promise((resolve) => { frame.onload = resolve; });
      document.body.append(frame);
      await loaded;
      outcomes.push(frame.contentDocument === null ? "refused" : "framed");
      return outcomes;
    })()`);
    expect(attempts).toEqual(["refused", "refused", "refused", "refused", "refused"]);
  });
});

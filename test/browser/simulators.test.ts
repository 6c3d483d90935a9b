import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { startCentrapayUser } from "../../local/simulators/centrapay/centrapay-user.ts";
import { startConnectPay } from "../../local/simulators/connectpay/connectpay.ts";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import { stopAfterTest } from "../local/simulators/conferma-calls.ts";
import { dark, describeInBrowser, openVisitor, phone } from "./chromium.ts";
import { checkPage } from "./inspect-page.ts";
import { decideOnConsent } from "./provider-pages.ts";

const redirectUri = "http://localhost:9/callback";
const client = { clientId: "app-1", name: "Token vending", redirectUris: [redirectUri] };
const confidential = { ...client, clientSecret: "secret" };

async function connectPayPage() {
  const simulator = stopAfterTest(await startConnectPay({ clients: [confidential] }));
  const url = new URL(simulator.authorizeUrl);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: "app-1",
    flowid: "GetPSD2AuthCode",
    nonce: "0b5c2ffb-2f0e-4a64-8f52-1f3e0d8a7c11",
    scope: "psd2-ais psd2-pis",
    state: "state-1",
    redirect_url: redirectUri,
  }).toString();
  return { simulator, url: url.href };
}

async function centrapayPage() {
  const simulator = stopAfterTest(await startCentrapayUser({ clients: [client] }));
  const url = new URL(simulator.authorizeUrl);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: "app-1",
    redirect_uri: redirectUri,
    scope: "openid",
    state: "state-1",
    code_challenge: createHash("sha256").update("x").digest("base64url"),
    code_challenge_method: "S256",
  }).toString();
  return { simulator, url: url.href };
}

describeInBrowser("the simulators' own pages", () => {
  test("are accessible, on a phone and in the dark", async () => {
    const { url } = await connectPayPage();
    const { page } = await openVisitor({ ...phone, ...dark });
    await page.goto(url);
    await checkPage(page, "simulator-connectpay-login");
    await page.getByLabel("Telephone").fill(defaultUser.login);
    await page.getByLabel("Password").fill("guess");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").waitFor();
    await checkPage(page, "simulator-connectpay-login-refused");
    await page.getByLabel("Password").fill(defaultUser.password);
    await page.getByRole("button", { name: "Log in" }).click();
    await checkPage(page, "simulator-connectpay-customer");
    await page.getByRole("button", { name: "Next" }).click();
    await checkPage(page, "simulator-connectpay-consent");
  });

  test("work by keyboard alone", async () => {
    const { simulator, url } = await connectPayPage();
    const { page, visited } = await openVisitor();
    await page.goto(url);
    const { keyboard } = page;
    await keyboard.press("Tab");
    await keyboard.type(defaultUser.login);
    await keyboard.press("Tab");
    await keyboard.type(defaultUser.password);
    await keyboard.press("Enter");
    await page.getByRole("heading", { name: "Choose a customer" }).waitFor();
    await keyboard.press("Tab");
    await keyboard.press("ArrowDown");
    await keyboard.press("Enter");
    await page.getByRole("heading", { name: "Allow Token vending?" }).waitFor();
    await keyboard.press("Tab");
    await keyboard.press("Space");
    await keyboard.press("Tab");
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await expect.poll(() => visited.at(-1)).toMatch(/localhost:9\/callback\?code=/);
    const [consent] = simulator.journal.filter(({ kind }) => kind === "consent");
    expect(consent?.granted).toBe("psd2-pis");
  });

  test("work without scripts", async () => {
    const { url } = await centrapayPage();
    const { page, visited } = await openVisitor({ javaScriptEnabled: false });
    await page.goto(url);
    await decideOnConsent(page, defaultUser, { decision: "Deny" });
    await expect.poll(() => visited.at(-1)).toMatch(/callback\?error=access_denied/);
  });

  test("say that a request has been answered, to a person who goes back to it", async () => {
    const { url } = await centrapayPage();
    const { page, newTab } = await openVisitor();
    await page.goto(url);
    const signIn = page.url();
    await decideOnConsent(page, defaultUser);
    const tab = await newTab();
    await tab.goto(signIn);
    await tab.getByRole("heading", { name: "Already answered" }).waitFor();
    await checkPage(tab, "simulator-answered");
  });

  test("hand out a code to copy", async () => {
    const { simulator } = await connectPayPage();
    const { page } = await openVisitor();
    await page.goto(simulator.openApiSettingsUrl);
    await checkPage(page, "simulator-connectpay-open-api");
    await page.getByLabel("Application").selectOption("Token vending");
    await page.getByRole("button", { name: "Make a code" }).click();
    await decideOnConsent(page, defaultUser, { without: [/Prepare payments/] });
    expect(await page.locator("code").textContent()).toMatch(/^[0-9a-f-]{36}$/);
    await checkPage(page, "simulator-connectpay-code");
  });
});

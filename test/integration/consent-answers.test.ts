import { describe, expect, test } from "vitest";
import type { IdTokenCorruption } from "../../local/simulators/oauth/id-token.ts";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import { createUserAgent } from "../local/simulators/oauth/user-agent.ts";
import { aWindow } from "../support/consent-in-browser.ts";
import type { RealmName } from "../support/consent-stack.ts";
import { realmNames, useConsentStack } from "../support/consent-stack.ts";
import { versionOrCode } from "../support/stack-answers.ts";

const person = createUserAgent(defaultUser);
const mixedUp = "This answer does not match your request";
const granted = "Access is granted";
const away = / is not answering$/;

const consentStack = useConsentStack();

/** A person who has continued to the provider. */
async function setOut(realm: RealmName, account: string) {
  const window = aWindow();
  const authorizeUrl = await window.setOut(await consentStack().begin(realm, account));
  return { ...window, authorizeUrl };
}

/** Allows everything at the provider. Returns the page after the callback. */
async function decide({ read, authorizeUrl }: Awaited<ReturnType<typeof setOut>>) {
  return read(await person.consent(authorizeUrl));
}

const redeems = () => {
  const { centrapay, connectPay, acme } = consentStack();
  return [centrapay, connectPay, acme].map(({ oracle }) => oracle.redeems());
};

const vended = async (realm: RealmName, account: string) =>
  versionOrCode(await consentStack().vend(realm, account));

describe("an attacker", () => {
  test("who plants a code of the attacker's own into a victim's consent is refused", async () => {
    const realm = "centrapay-user/test";
    const attacker = await setOut(realm, "attacker");
    const victim = await setOut(realm, "victim");
    const planted = await person.consent(victim.authorizeUrl);
    const { searchParams } = await person.consent(attacker.authorizeUrl);
    planted.searchParams.set("code", searchParams.get("code") ?? "");
    // The code is bound to the attacker's challenge: the provider refuses it.
    expect((await victim.read(planted)).title).toMatch(/ did not accept the consent$/);
    expect(await vended(realm, "victim")).toBe("consent-required");
  });

  test.each<[string, Record<string, string | string[] | null>]>([
    ["a wrong state", { state: "guessed" }],
    ["no state", { state: null }],
    ["the state twice", { state: ["a", "b"] }],
    ["the code twice", { code: ["a", "b"] }],
    ["another issuer", { iss: "https://other.invalid" }],
  ])("who answers with %s is refused before any call", async (what, set) => {
    const account = what.replaceAll(/[^a-z]+/g, "-");
    const window = await setOut("authorization-code/acme", account);
    const before = redeems();
    consentStack().acme.injectFault({ kind: "rewrite-location", route: "consent", set });
    expect((await decide(window)).title).toBe(mixedUp);
    expect(redeems()).toEqual(before);
    expect(await vended("authorization-code/acme", account)).toBe("consent-required");
  });

  test.each<[string, Record<string, string | null>]>([
    ["both a code and an error", { error: "server_error" }],
    ["an unknown error", { code: null, error: "made_up" }],
    ["neither code nor error", { code: null }],
  ])("who answers with %s gets no token, and puts nothing on the page", async (what, set) => {
    const account = what.replaceAll(/[^a-z]+/g, "-");
    const window = await setOut("authorization-code/acme", account);
    const before = redeems();
    const error_description = "<img src=x onerror=document.title='pwned'>";
    consentStack().acme.injectFault({
      kind: "rewrite-location",
      route: "consent",
      set: { ...set, error_description },
    });
    const { title, html } = await decide(window);
    expect(title).not.toBe(granted);
    // The logo is an image, too.
    expect(html.replace(/<header>.*<\/header>/s, "")).not.toMatch(/<img|<script|pwned/);
    expect(redeems()).toEqual(before);
    expect(await vended("authorization-code/acme", account)).toBe("consent-required");
  });

  test.each<IdTokenCorruption>([
    ...(["bad-signature", "alg-none", "alg-hs256", "unknown-kid", "wrong-issuer"] as const),
    ...(["wrong-audience", "wrong-nonce", "missing-nonce", "expired", "missing"] as const),
  ])("whose ID token is wrong (%s) leaves nothing stored", async (how) => {
    const window = await setOut("centrapay-user/test", how);
    consentStack().centrapay.injectFault({ kind: "corrupt-id-token", how });
    expect((await decide(window)).title).toBe("Access was not set up");
    expect(await vended("centrapay-user/test", how)).toBe("consent-required");
  });

  test("who forges the discovery document has no effect, because the settings apply", async () => {
    const { centrapay } = consentStack();
    const elsewhere = "https://attacker.invalid";
    const patch = { issuer: elsewhere, token_endpoint: elsewhere, jwks_uri: elsewhere };
    centrapay.injectFault({ kind: "patch-body", patch, route: "discovery", times: "always" });
    const { title } = await decide(await setOut("centrapay-user/test", "discovery"));
    centrapay.clearFaults();
    expect(title).toBe(granted);
    expect(await vended("centrapay-user/test", "discovery")).toBe(1);
  });
});

describe("a person", () => {
  test.each(realmNames)("who denies at %s is told so, and nothing is stored", async (realm) => {
    const { authorizeUrl, read } = await setOut(realm, "denies");
    const { title } = await read(await person.consent(authorizeUrl, { decision: "deny" }));
    expect(title).toBe("Access is not granted");
    expect(await vended(realm, "denies")).toBe("consent-required");
  });

  test.each([302, 303] as const)("is led on by %s as by 301", async (answer) => {
    const { connectPay } = consentStack();
    connectPay.traits.authorizeAnswer = answer;
    const { title } = await decide(await setOut("connectpay/stage", `by-${answer}`));
    connectPay.traits.authorizeAnswer = 301;
    expect(title).toBe(granted);
    expect(await vended("connectpay/stage", `by-${answer}`)).toBe(1);
  });

  test("whose provider is down is told so, and may try again", async () => {
    const { centrapay } = consentStack();
    const window = await setOut("centrapay-user/test", "down");
    const callback = await person.consent(window.authorizeUrl);
    centrapay.injectFault({ kind: "respond", status: 503, times: "always" });
    const { title } = await window.read(callback);
    centrapay.clearFaults();
    expect(title).toMatch(away);
    expect((await decide(await setOut("centrapay-user/test", "down"))).title).toBe(granted);
    expect(await vended("centrapay-user/test", "down")).toBe(1);
  });

  test("whose provider has changed its signing key can consent", async () => {
    const { centrapay, stopIdleProcesses } = consentStack();
    const window = await setOut("centrapay-user/test", "new-key");
    await centrapay.rotateSigningKey({ keepOld: false });
    // Keys that were fetched less than a minute ago are not fetched again.
    await stopIdleProcesses();
    expect((await decide(window)).title).toBe(granted);
    expect(await vended("centrapay-user/test", "new-key")).toBe(1);
  });

  test("whose provider cannot show its signing keys is not believed", async () => {
    const { centrapay, stopIdleProcesses } = consentStack();
    const window = await setOut("centrapay-user/test", "no-key");
    centrapay.injectFault({ kind: "respond", status: 500, route: "jwks", times: "always" });
    await stopIdleProcesses();
    const { title } = await decide(window);
    centrapay.clearFaults();
    expect(title).toMatch(away);
    expect(await vended("centrapay-user/test", "no-key")).toBe("consent-required");
  });

  test("can consent when the bank formats the redirect differently", async () => {
    const window = await setOut("connectpay/stage", "spelling");
    const set = { flowid: null, flowId: "GetPSD2AuthCode", extra: "1" };
    consentStack().connectPay.injectFault({ kind: "rewrite-location", route: "consent", set });
    expect((await decide(window)).title).toBe(granted);
  });
});

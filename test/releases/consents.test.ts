import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import { createUserAgent } from "../local/simulators/oauth/user-agent.ts";
import { aWindow } from "../support/consent-in-browser.ts";
import type { RealmName } from "../support/consent-stack.ts";
import { realmNames, useConsentStack } from "../support/consent-stack.ts";
import { expectAnswer, versionOrCode } from "../support/stack-answers.ts";
import { writeEarlierBundles } from "./open-release.ts";

const consentStack = useConsentStack();
const releases = { earlier: "", current: "" };
type Release = keyof typeof releases;

beforeAll(() => {
  releases.current = inject("bundlesFolder");
  releases.earlier = writeEarlierBundles("0.2.0-two-stacks");
});
afterAll(() => rmSync(releases.earlier, { recursive: true, force: true }));

const deploy = (release: Release) => consentStack().deploy(releases[release]);

/** A person consents like in a browser, cookies included; `deployed` at the provider, before the callback. */
async function consent(realm: RealmName, account: string, deployed: () => void): Promise<number> {
  const window = aWindow();
  const authorizeUrl = await window.setOut(await consentStack().begin(realm, account));
  const callback = await createUserAgent(defaultUser).consent(authorizeUrl);
  deployed();
  return (await window.read(callback)).status;
}

const ways: [first: Release, then: Release][] = [
  ["earlier", "current"],
  ["current", "earlier"],
];

test.each(ways)(
  "a consent that was begun with the %s release is completed with the %s one",
  async (first, then) => {
    for (const realm of realmNames) {
      deploy(first);
      expect(await consent(realm, `begun-${first}`, () => deploy(then)), realm).toBe(200);
      expect(versionOrCode(await consentStack().vend(realm, `begun-${first}`))).toBe(1);
    }
  },
);

test.each(ways)(
  "a consent that the %s release has stored is refreshed by the %s one, and by the first again",
  async (first, then) => {
    const { vend, acme } = consentStack();
    const [realm, account] = ["authorization-code/acme", `stored-${first}`] as const;
    deploy(first);
    expect(await consent(realm, account, () => undefined)).toBe(200);
    deploy(then);
    expect(versionOrCode(await vend(realm, account, 1))).toBe(2);
    deploy(first);
    expect(expectAnswer(await vend(realm, account, 2)).version).toBe(3);
    expect(acme.oracle.refreshTokensReused()).toBe(0);
  },
);

test.each(ways)(
  "a consent that the %s release has stored is ended by the %s one, for both",
  async (first, then) => {
    const { vend, disconnect } = consentStack();
    const [realm, account] = ["authorization-code/acme", `ended-${first}`] as const;
    deploy(first);
    expect(await consent(realm, account, () => undefined)).toBe(200);
    deploy(then);
    expect(await disconnect(realm, account)).toMatchObject({ revoked: true });
    expect(versionOrCode(await vend(realm, account, 1))).toBe("consent-required");
    deploy(first);
    expect(versionOrCode(await vend(realm, account, 1))).toBe("consent-required");
  },
);

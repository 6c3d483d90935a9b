import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { silentConsent } from "../support/a-consent.ts";
import { at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry, byConsent, early } from "../support/policies.ts";

const fingerprintOf = (token: string) =>
  createHash("sha256").update(token).digest("hex").slice(0, 12);

/** A provider that binds each token to a key, as far as `keyOf` says. */
function aDeployment(policy = early, keyOf = (count: number) => `key-${count}` as string | null) {
  const here = new TestDeployment(policy);
  here.answer = () => {
    const count = here.asked.length;
    here.consented = policy.renewal === "by-consent" ? silentConsent(`refresh-${count}`) : null;
    const key = keyOf(count);
    return { ...here.issued(`token-${count}`), ...(key && { proofKey: new Sensitive(key) }) };
  };
  return here;
}

const partsOf = ({ token, proofKey, presentation, fingerprint, version }: Vended) => ({
  version,
  token: token.expose(),
  key: proofKey?.expose(),
  scheme: presentation.scheme,
  fingerprint,
});
type Vended = Awaited<ReturnType<TestDeployment["vend"]>>;

describe("a token that is bound to a key", () => {
  test("is vended with it, from the table and from memory, and its fingerprint is the token's own", async () => {
    const here = aDeployment();
    const bound = { version: 1, token: "token-1", key: "key-1", scheme: "DPoP" };
    const expected = { ...bound, fingerprint: fingerprintOf("token-1") };
    expect(partsOf(await here.vend())).toEqual(expected);
    expect(partsOf(await here.vend())).toEqual(expected);
    expect(here.asked).toHaveLength(1);
  });

  test.each([
    ["bound", "bearer", "key-1", "DPoP", null, "Bearer"],
    ["bearer", "bound", null, "Bearer", "key-2", "DPoP"],
  ] as const)(
    "is presented as it was issued, %s, until it is renewed, %s",
    async (_, __, firstKey, firstScheme, nextKey, nextScheme) => {
      const here = aDeployment(atExpiry, (count) => (count === 1 ? firstKey : nextKey));
      expect(partsOf(await here.vend())).toMatchObject({ scheme: firstScheme });
      here.clock.moveTo(at("10:05:10.000"));
      const renewed = partsOf(await here.vend());
      expect(renewed).toMatchObject({ version: 2, token: "token-2", scheme: nextScheme });
      expect(renewed.key).toBe(nextKey ?? undefined);
    },
  );

  test("leaves its key in no column of the table, and in no line of the log", async () => {
    const here = aDeployment();
    await here.vend();
    expect(JSON.stringify([await here.record(), here.log])).not.toMatch(/key-1|token-1/);
  });
});

describe("a refresh token that is bound to a key", () => {
  test("is presented with that key, and the next one with the next", async () => {
    const here = aDeployment(byConsent);
    await here.consent();
    here.clock.moveTo(at("10:06:00.000"));
    await here.vend();
    here.clock.moveTo(at("10:12:00.000"));
    await here.vend();
    expect(here.authorities).toEqual([expect.any(String), "refresh-1", "refresh-2"]);
    expect(here.presentedKeys).toEqual([undefined, "key-1", "key-2"]);
  });

  test("is presented with its key for as long as the provider answers no other", async () => {
    const here = aDeployment(byConsent);
    await here.consent();
    here.answer = () => {
      here.consented = silentConsent(null);
      return { ...here.issued(), proofKey: new Sensitive("key-1") };
    };
    for (const minute of ["06", "12"]) {
      here.clock.moveTo(at(`10:${minute}:00.000`));
      await here.vend();
    }
    expect(here.presentedKeys).toEqual([undefined, "key-1", "key-1"]);
  });

  test("is revoked without the key", async () => {
    const here = aDeployment(byConsent);
    await here.consent();
    await here.disconnect();
    expect(here.revoked).toEqual(["refresh-1"]);
  });

  test("… and so is a token that came without one", async () => {
    const here = aDeployment(byConsent);
    here.answer = () => {
      here.consented = silentConsent(null);
      return { ...here.issued("token-1"), proofKey: new Sensitive("key-1") };
    };
    await here.consent();
    await here.disconnect();
    expect(here.revoked).toEqual(["token-1"]);
  });
});

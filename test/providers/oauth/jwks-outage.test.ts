import { beforeAll, describe, expect, test } from "vitest";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import { HttpFailure, nodeHttp } from "../../../functions/platform/http-request.ts";
import { systemClock } from "../../../functions/platform/system-clock.ts";
import { providerOf, readRealm } from "../../../functions/providers/catalogue.ts";
import { codeCredential, consentOf, refreshCredential } from "../../support/a-consent.ts";
import type { ScriptedAnswer } from "../../support/an-issuer.ts";
import { summarizeOutcome } from "../../support/an-issuer.ts";
import type { SigningKey } from "../../support/an-open-id-provider.ts";
import {
  idToken,
  openIdProvider,
  openIdRealm,
  refusing,
  signingKey,
} from "../../support/an-open-id-provider.ts";
import { loopbackOnly } from "../../support/network-policies.ts";
import { rawServer } from "../../support/raw-server.ts";

const { jwksUrl } = openIdRealm;

let key: SigningKey;
let other: SigningKey;
beforeAll(async () => {
  key = await signingKey("key-1");
  other = await signingKey("key-2");
});

describe("an outage of the provider's keys", () => {
  const refresh = refreshCredential("person-1");
  const outages: [rule: string, play: ScriptedAnswer][] = [
    ["answers 500", { status: 500 }],
    ["hangs until the deadline", new HttpFailure("timeout", true)],
  ];

  /** A person logged in fifty minutes ago. */
  async function fiftyMinutesOn(play: ScriptedAnswer) {
    const world = openIdProvider(key);
    await world.exchange(await idToken(key));
    world.shown.jwks = play;
    world.clock.advance(3_000_000);
    return world;
  }

  test.each(outages)("that %s stops no refresh that has no ID token", async (_, play) => {
    const { exchange, looks } = await fiftyMinutesOn(play);
    expect(await exchange(null, refresh)).toMatchObject({ kind: "issued" });
    expect(looks()).toBe(1);
  });

  test.each(outages)("that %s leaves the cached keys to verify a refresh with", async (_, play) => {
    const { exchange } = await fiftyMinutesOn(play);
    const outcome = await exchange(await idToken(key), refresh);
    expect(consentOf(outcome)).toMatchObject({ subject: "person-1" });
    const forged = await idToken({ ...other, header: key.header });
    expect(await exchange(forged, refresh)).toMatchObject({ kind: "not-issued" });
  });

  test.each(outages)("that %s stops a login before the code is used", async (_, play) => {
    const { exchange, requests } = await fiftyMinutesOn(play);
    const expected = { code: "provider-unavailable", mayHaveIssued: false };
    expect(await exchange(await idToken(key))).toMatchObject(expected);
    expect(requests.at(-1)).toMatchObject({ url: jwksUrl });
  });

  test.each(outages)("that %s stops a refresh where no keys are cached", async (_, play) => {
    const { shown, exchange, requests } = openIdProvider(key);
    shown.jwks = play;
    const expected = { code: "provider-unavailable", mayHaveIssued: false };
    expect(await exchange(null, refresh)).toMatchObject(expected);
    expect(requests.map(({ url }) => url)).toEqual([jwksUrl]);
  });

  test("ends with the next refresh that has an ID token", async () => {
    const { shown, exchange } = await fiftyMinutesOn({ status: 500 });
    shown.jwks = null;
    shown.keys = [other.jwk];
    expect(await exchange(await idToken(key), refresh)).toMatchObject(refusing("its signature"));
  });
});

test("slow keys take no longer than the deadline, and use up no code", async () => {
  const slow = await rawServer(() => {});
  const tokens = await rawServer((socket) => socket.destroy());
  const realm = { ...openIdRealm, tokenUrl: `${tokens.url}/token`, jwksUrl: `${slow.url}/jwks` };
  const context = {
    send: nodeHttp(systemClock, loopbackOnly),
    clock: systemClock,
    newRequestId: () => "r-1",
  };
  const issuer = await providerOf(readRealm(JSON.stringify(realm)), context).issuer();
  const grant = issuer.openGrant(new Sensitive('{"clientId":"client-1"}'), codeCredential);
  expect(summarizeOutcome(await grant.issue(AbortSignal.timeout(300)))).toBe(
    "provider-unavailable",
  );
  expect([slow.received.length, tokens.received.length]).toEqual([1, 0]);
  await Promise.all([slow.stop(), tokens.stop()]);
});

import { describe, expect, test } from "vitest";
import type { Connection } from "../../functions/model/connection.ts";
import type { Dependencies } from "../../functions/model/dependencies.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { localSealer } from "../../functions/sealing/local-sealer.ts";
import { renewConnection } from "../../functions/vending/issuing/renew-connection.ts";
import { resealConnection } from "../../functions/vending/reseal-connection.ts";
import { at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry, byConsent, onRotation } from "../support/policies.ts";

const connection = "conferma/production/default" as Connection;
const newKey = 8;
const keyOf = (fill: number) => localSealer(new Sensitive(new Uint8Array(32).fill(fill)));

/** A function that has a new key, and still opens what the former one has sealed. */
function afterChange(here: TestDeployment): Dependencies {
  const deps = here.dependencies();
  const former = deps.sealer;
  const present = keyOf(newKey);
  const open: Dependencies["sealer"]["open"] = async (...args) =>
    (await present.open(...args)) ?? (await former.open(...args));
  return { ...deps, sealer: { ...present, open } };
}

function reseal(here: TestDeployment, deps = afterChange(here)) {
  const deadline = { msLeft: () => 10_000, signal: new AbortController().signal };
  return resealConnection(deps, connection, { ...deadline, onBehalfOf: "caller" });
}

const both = ["token", "refresh-token"];

function aConsentDeployment() {
  const here = new TestDeployment(byConsent);
  here.consented = {
    refreshToken: new Sensitive("canary-refresh"),
    refreshEndsAt: null,
    grantedScope: null,
    subject: null,
    customer: null,
  };
  return here;
}

describe("sealing anew", () => {
  test("makes token and refresh token readable under the new key alone; all else stays", async () => {
    const here = aConsentDeployment();
    const before = await here.consent();
    const answer = { connection, resealed: both, unreadable: [] };
    expect(await reseal(here)).toEqual(answer);
    expect(here.logged("resealed")).toMatchObject([answer]);
    here.sealingKey = newKey;
    const { token, consent, revision, ...rest } = (await here.record()) ?? expect.fail("no record");
    expect(rest).toEqual({ ...rest, fence: before.fence, version: before.version });
    expect({ ...token, sealed: null }).toEqual({ ...before.token, sealed: null });
    const { version } = await here.vend();
    expect(version).toBe(1);
    here.clock.advance(10_000_000);
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(here.authorities).toEqual(["code-1", "canary-refresh"]);
  });

  test("without it, the new key alone opens neither", async () => {
    const here = aConsentDeployment();
    await here.consent();
    here.sealingKey = newKey;
    expect(await here.refusalOf()).toMatchObject({ code: "store-unavailable" });
  });

  test("changes nothing where nothing is stored", async () => {
    const here = new TestDeployment(atExpiry);
    expect(await reseal(here)).toEqual({ connection, resealed: [], unreadable: [] });
    expect(here.table.items.size).toBe(0);
  });

  test("leaves what no known key opens as it is, and says so", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const before = here.table.items.get(connection);
    const deps = { ...here.dependencies(), sealer: keyOf(9) };
    expect(await reseal(here, deps)).toEqual({ connection, resealed: [], unreadable: ["token"] });
    expect(here.table.items.get(connection)).toEqual(before);
  });

  test("does not seal a token whose terms were changed", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const item = here.table.items.get(connection) ?? {};
    here.table.items.set(connection, { ...item, usableUntil: { N: String(+at("11:00:00.000")) } });
    expect(await reseal(here)).toMatchObject({ resealed: [], unreadable: ["token"] });
  });
});

describe("sealing anew during a renewal", () => {
  test("leaves the lease to its holder, whose token is stored", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.clock.moveTo(at("10:05:10.000"));
    here.answer = async () => {
      expect(await reseal(here)).toMatchObject({ resealed: ["token"] });
      return here.issued();
    };
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(here.asked).toHaveLength(2);
    expect(await here.record()).toMatchObject({ version: 2, lease: null, doubtedAt: null });
  });

  test("never puts an old token in place of a new one: it reads the record again", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.clock.moveTo(at("10:05:10.000"));
    const deps = afterChange(here);
    let isFirst = true;
    const open: Dependencies["sealer"]["open"] = async (...args) => {
      const opened = await deps.sealer.open(...args);
      if (isFirst) await here.vend();
      isFirst = false;
      return opened;
    };
    expect(await reseal(here, { ...deps, sealer: { ...deps.sealer, open } })).toMatchObject({
      resealed: ["token"],
    });
    here.sealingKey = newKey;
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(here.asked).toHaveLength(2);
  });

  test("is not undone by a renewal that was under way and keeps the refresh token", async () => {
    const here = aConsentDeployment();
    await here.consent();
    here.clock.advance(10_000_000);
    here.answer = async () => {
      await reseal(here);
      here.consented = { ...(here.consented ?? expect.fail()), refreshToken: null };
      return here.issued();
    };
    expect(await here.vend()).toMatchObject({ version: 2 });
    here.sealingKey = newKey;
    here.clock.advance(10_000_000);
    here.answer = () => here.issued();
    expect(await here.vend()).toMatchObject({ version: 3 });
    expect(here.authorities).toEqual(["code-1", "canary-refresh", "canary-refresh"]);
  });

  test("is not undone by a check of a static key that was under way", async () => {
    const here = new TestDeployment(onRotation);
    await here.vend();
    here.clock.advance(10_000_000);
    const deps = here.dependencies();
    const read: Dependencies["secrets"]["read"] = async (...args) => {
      await reseal(here);
      return deps.secrets.read(...args);
    };
    const deadline = { msLeft: () => 10_000, signal: new AbortController().signal };
    const renewal = await renewConnection(
      { ...deps, secrets: { read } },
      connection,
      await here.record(),
      "scheduled",
      { ...deadline, onBehalfOf: "caller" },
    );
    expect(renewal).toMatchObject({ outcome: "kept" });
    here.sealingKey = newKey;
    const asked = here.asked.length;
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(asked);
    expect(here.log.join("")).not.toContain("token-unreadable");
  });

  test("gives up when the record changes each time, without harm", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const deps = afterChange(here);
    let times = 0;
    const neverDone = async () => {
      times += 1;
      return false;
    };
    const store = { ...deps.store, reseal: neverDone };
    await expect(reseal(here, { ...deps, store })).rejects.toMatchObject({
      code: "renewal-in-progress",
    });
    expect(times).toBe(5);
    expect(await here.vend()).toMatchObject({ version: 1 });
  });

  test("gives up when others change the record each time", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const deps = afterChange(here);
    let tries = 0;
    const lost = async () => {
      tries += 1;
      return false;
    };
    const refused = reseal(here, { ...deps, store: { ...deps.store, reseal: lost } });
    await expect(refused).rejects.toMatchObject({
      code: "renewal-in-progress",
      message: expect.stringContaining("Others changed the record"),
      retryAfterSeconds: 1,
    });
    expect(tries).toBe(5);
  });
});

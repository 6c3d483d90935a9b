import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  confermaApi,
  confermaClient,
  confermaToken,
  manualClock,
  requestConfermaToken,
  withBearer,
} from "../conferma-calls.ts";

const send = (url: string, method: string, json: unknown) =>
  fetch(url, { method, body: JSON.stringify(json) });

describe("control over HTTP", () => {
  test("shows the journal as it is in process", async () => {
    const simulator = await confermaApi();
    await withBearer(simulator, await confermaToken(simulator));
    const journal = await (await fetch(`${simulator.url}/__journal`)).json();
    expect(journal).toEqual(simulator.journal);
    const fingerprint = expect.stringMatching(/^[0-9a-f]{12}$/);
    expect(journal).toMatchObject([
      { kind: "issue", route: "token", status: 200, fingerprint },
      { kind: "use", route: "api", status: 200, fingerprint },
    ]);
  });

  test("shows the counters", async () => {
    const simulator = await confermaApi();
    await withBearer(simulator, await confermaToken(simulator));
    await withBearer(simulator, "not-a-token");
    expect(await (await fetch(`${simulator.url}/__counters`)).json()).toEqual({
      issues: 1,
      issuesPerRevocationScope: { "PKN-1": 1 },
      ...{ codesReplayed: 0, refreshTokensReused: 0, statesRepeated: 0 },
      earlyIssues: 0,
      unexcusedEarlyIssues: 0,
      uses: 1,
      usesRefused: 1,
      credentialsRefused: 0,
      maxInFlight: 1,
    });
  });

  test("injects one fault or several, and clears them", async () => {
    const simulator = await confermaApi();
    const url = `${simulator.url}/__faults`;
    const body = { base64: Buffer.from("hello").toString("base64") };
    expect((await send(url, "POST", { kind: "respond", status: 500, body })).status).toBe(204);
    const response = await requestConfermaToken(simulator);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe("hello");

    const patch = { expires: "never" };
    await send(url, "POST", [
      { kind: "patch-body", patch },
      { kind: "truncate", times: "always" },
    ]);
    expect(await (await requestConfermaToken(simulator)).json()).toMatchObject({
      expires: "never",
    });
    await fetch(url, { method: "DELETE" });
    expect(await (await requestConfermaToken(simulator)).json()).toHaveProperty("access_token");
  });

  test.each([
    ["an unknown fault", "/__faults", "POST", { kind: "explode" }],
    ["an unknown member", "/__faults", "POST", { kind: "truncate", time: 2 }],
    ["an unknown route", "/__faults", "POST", { kind: "truncate", route: "nowhere" }],
    ["an unknown setting", "/__settings", "PATCH", { latency: 2 }],
  ])("refuses %s", async (_what, path, method, json) => {
    const simulator = await confermaApi();
    const response = await send(simulator.url + path, method, json);
    expect(response.status).toBe(400);
    expect((await requestConfermaToken(simulator)).status).toBe(200);
  });

  test("changes settings", async () => {
    const simulator = await confermaApi();
    const response = await send(`${simulator.url}/__settings`, "PATCH", { lifetimeMs: 10_000 });
    expect(await response.json()).toMatchObject({ lifetimeMs: 10_000, dateHeader: true });
    expect(simulator.settings.lifetimeMs).toBe(10_000);
  });
});

describe("the Date header", () => {
  test("states the simulator's clock", async () => {
    const simulator = await confermaApi({ now: manualClock().now });
    const response = await requestConfermaToken(simulator);
    expect(response.headers.get("date")).toBe("Fri, 20 Nov 2026 10:00:00 GMT");
  });

  test("can be skewed, without touching stated instants, and left out", async () => {
    const simulator = await confermaApi({ now: manualClock().now });
    simulator.settings.dateSkewMs = 600_000;
    const response = await requestConfermaToken(simulator);
    expect(response.headers.get("date")).toBe("Fri, 20 Nov 2026 10:10:00 GMT");
    expect(await response.json()).toMatchObject({
      issued: expect.stringMatching(/^2026-11-20T10:00:00/),
    });
    simulator.settings.dateHeader = false;
    expect((await requestConfermaToken(simulator)).headers.has("date")).toBe(false);
  });
});

describe("requests in flight", () => {
  test("are counted in all and per revocation scope", async () => {
    const other = { clientId: "o", clientSecret: "s", platformKeys: ["PKN-2"] };
    const simulator = await confermaApi({
      clients: [confermaClient, other],
      settings: { latencyMs: 100 },
    });
    const body = new URLSearchParams({ grant_type: "client_credentials", scope: "PKN-2" });
    await Promise.all([
      requestConfermaToken(simulator),
      requestConfermaToken(simulator),
      requestConfermaToken(simulator, { body }),
    ]);
    expect(simulator.counters.maxInFlight()).toBe(3);
    expect(simulator.counters.maxInFlight("PKN-1")).toBe(2);
    expect(simulator.counters.maxInFlight("PKN-2")).toBe(1);
  });

  test("stay at one for sequential callers, also if some disconnect", async () => {
    const simulator = await confermaApi({ settings: { latencyMs: 60 } });
    for (let turn = 0; turn < 5; turn += 1) {
      await requestConfermaToken(simulator, { signal: AbortSignal.timeout(20) }).catch(
        () => undefined,
      );
      // Where one process is both ends, a busy machine may tell of the next request before it tells of the end.
      await sleep(30);
    }
    simulator.settings.latencyMs = 0;
    for (let turn = 0; turn < 50; turn += 1) await confermaToken(simulator);
    expect(simulator.counters.maxInFlight()).toBe(1);
  });

  test("are counted although the provider closes their connections", async () => {
    const simulator = await confermaApi({ settings: { latencyMs: 100 } });
    simulator.injectFault({ kind: "destroy", when: "before-handling", times: 2 });
    await Promise.allSettled([requestConfermaToken(simulator), requestConfermaToken(simulator)]);
    await requestConfermaToken(simulator);
    expect(simulator.counters.maxInFlight()).toBe(2);
  });

  test("that overlap are never excused as lost answers", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "delay", ms: 100, when: "after-handling", times: 2 });
    await Promise.all([requestConfermaToken(simulator), requestConfermaToken(simulator)]);
    expect(simulator.counters.unexcusedEarlyIssues()).toBe(1);
  });
});

describe("the server", () => {
  test("answers 404 for other paths and methods", async () => {
    const simulator = await confermaApi();
    expect((await fetch(`${simulator.url}/elsewhere`)).status).toBe(404);
    expect((await fetch(simulator.tokenUrl)).status).toBe(404);
  });

  test("listens on the given port", async () => {
    const simulator = await confermaApi();
    await simulator.stop();
    const again = await confermaApi({ port: simulator.port });
    expect(again.url).toBe(simulator.url);
    expect((await requestConfermaToken(again)).status).toBe(200);
  });

  test("stops at once, with requests still waiting", async () => {
    const simulator = await confermaApi({ settings: { latencyMs: 60_000 } });
    const waiting = requestConfermaToken(simulator);
    const refused = expect(waiting).rejects.toThrow("fetch failed");
    await new Promise((resolve) => setTimeout(resolve, 50));
    await simulator.stop();
    await refused;
    expect(simulator.counters.issues()).toBe(0);
  });
});

import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { listen } from "../../local/aws/listen.ts";
import type { Fault } from "../../local/simulators/kit/faults.ts";
import { expectProblem, versionOrCode } from "../support/stack-answers.ts";
import type { ConfermaWorld } from "../support/stack-realms.ts";
import { confermaWorld, sendPaymentsWorld } from "../support/stack-realms.ts";

/** Contained in every hostile body; it must not be repeated anywhere. */
const canary = "CANARY-0b9f2c";
const deadlineMs = 800;
/** Reading the secret, the call and the commit, on a busy machine. */
const longestMs = deadlineMs + 5000;
/** As good as never. */
const stallMs = 4 * longestMs;

/** A title, the fault, and the caller's answer: a problem's code, or 1 for the first version. */
type Case = readonly [title: string, fault: Fault, told: string | number];

const answers = (status: number, body: string | Buffer<ArrayBuffer>, headers = {}): Fault => ({
  kind: "respond",
  status,
  body,
  headers,
});
const patched = (patch: object): Fault => ({ kind: "patch-body", patch });
const sampleToken = `"access_token":"${canary}"`;

/** Each case has its own account; all run in one process, which must survive them. */
async function play(world: ConfermaWorld, cases: readonly Case[]): Promise<void> {
  const { stack, simulator, realm, addAccount } = world;
  const process = await stack.start(realm);
  const told: Record<string, string | number> = {};
  const slow: string[] = [];
  for (const [at, [title, fault]] of cases.entries()) {
    await addAccount(`case-${at}`);
    simulator.injectFault(fault);
    const begun = performance.now();
    const vended = await process.vend({ account: `case-${at}` });
    if (performance.now() - begun > longestMs) slow.push(title);
    simulator.clearFaults();
    told[title] = versionOrCode(vended);
    if (versionOrCode(vended) !== 1) expect(JSON.stringify(vended)).not.toContain(canary);
  }
  expect(told).toEqual(Object.fromEntries(cases.map(([title, , code]) => [title, code])));
  expect(slow).toEqual([]);
  expect(versionOrCode(await process.vend())).toBe(1);
  expect(stack.printed()).not.toContain(canary);
  expect(stack.events("defect")).toEqual([]);
}

it("a slow provider is given up at its deadline, wherever it stalls", async () => {
  await play(await confermaWorld({ deadlineMs }), [
    ["before the headers", { kind: "delay", ms: stallMs }, "provider-unavailable"],
    ["after taking effect", slowAfter, "provider-unavailable"],
    ["in the body", { kind: "delay-body", ms: stallMs }, "provider-unavailable"],
    ["a little", { kind: "delay", ms: 50 }, 1],
  ]);
});

const slowAfter: Fault = { kind: "delay", ms: stallMs, when: "after-handling" };

it("throttling is recognised in every form, and obeyed for at most 15 minutes", async () => {
  const soon = new Date(Date.now() + 60_000).toUTCString();
  const waits: readonly [retryAfter: string | undefined, least: number, most: number][] = [
    ["7", 7, 7],
    ["999999999", 900, 900],
    [soon, 40, 61],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 1, 1],
    ["0", 1, 1],
    ["-5", 1, 1],
    ["soon", 1, 1],
    [undefined, 1, 1],
  ];
  const { stack, simulator, realm, addAccount } = await confermaWorld({ deadlineMs });
  const process = await stack.start(realm);
  for (const [at, [retryAfter, least, most]] of waits.entries()) {
    await addAccount(`case-${at}`);
    const shape = (["centrapay", "oauth", "text"] as const)[at % 3] ?? "text";
    simulator.injectFault({ kind: "throttle", shape, ...(retryAfter ? { retryAfter } : {}) });
    const problem = expectProblem(await process.vend({ account: `case-${at}` }));
    expect(problem).toMatchObject({ code: "provider-throttled", retryable: true });
    expect(problem.retryAfterSeconds, retryAfter).toBeGreaterThanOrEqual(least);
    expect(problem.retryAfterSeconds, retryAfter).toBeLessThanOrEqual(most);
  }
});

it("a failing provider is unavailable, whatever it writes", async () => {
  const html = { "content-type": "text/html" };
  await play(await confermaWorld({ deadlineMs }), [
    ["500 JSON", answers(500, `{"message":"${canary}"}`), "provider-unavailable"],
    ["500 with a token", answers(500, `{${sampleToken}}`), "provider-unavailable"],
    ["502 HTML", answers(502, `<h1>${canary}</h1>`, html), "provider-unavailable"],
    ["503 empty", answers(503, ""), "provider-unavailable"],
    ["504 text", answers(504, canary, { "content-type": "text/plain" }), "provider-unavailable"],
    ["403 of a gateway", answers(403, `<b>${canary}</b>`, html), "provider-unavailable"],
  ]);
});

it("a body that is not a token answer is malformed, never a crash, however large", async () => {
  const badUtf8 = Buffer.concat([Buffer.from(`{${sampleToken},"x":"`), Buffer.from([0xff])]);
  await play(await confermaWorld({ deadlineMs }), [
    ["half of JSON", { kind: "truncate" }, "provider-malformed"],
    ["not JSON", answers(200, canary), "provider-malformed"],
    ["nothing", answers(200, ""), "provider-malformed"],
    ["null", answers(200, "null"), "provider-malformed"],
    ["an array", answers(200, `[{${sampleToken}}]`), "provider-malformed"],
    ["a string", answers(200, `"${canary}"`), "provider-malformed"],
    ["not UTF-8", answers(200, badUtf8), "provider-malformed"],
    ["50 MB", { kind: "oversized" }, "provider-malformed"],
    ["a gzip bomb", { kind: "gzip-bomb", bytes: 20_000_000 }, "provider-malformed"],
    ["a token that is a number", patched({ access_token: 42 }), "provider-malformed"],
    ["no token", patched({ access_token: null }), "provider-malformed"],
    ["an empty token", patched({ access_token: "" }), "provider-malformed"],
    ["a token of two lines", patched({ access_token: `${canary}\r\nX: y` }), "provider-malformed"],
    ["a token of 20 KB", patched({ access_token: canary.repeat(1600) }), "provider-malformed"],
    ["a prototype", answers(200, `{"__proto__":{${sampleToken}}}`), "provider-malformed"],
    ["404", answers(404, `{"message":"${canary}"}`), "provider-malformed"],
    ["204", answers(204, ""), "provider-malformed"],
    ["a byte order mark", { kind: "byte-order-mark" }, 1],
  ]);
});

it("an implausible expiry is malformed; a missing one means a short lifetime, not an unlimited one", async () => {
  const world = await confermaWorld({ deadlineMs });
  const expires = (stated: unknown) => patched({ expires: stated, issued: null });
  await play(world, [
    ["in the past", expires("2019-11-08T11:01:45.6475887+00:00"), "provider-malformed"],
    ["junk", expires(canary), "provider-malformed"],
    ["without an offset", expires("2099-11-08T11:01:45"), "provider-malformed"],
    ["in the year 9999", expires("9999-12-31T23:59:59Z"), "provider-malformed"],
    ["a day that is none", expires("2026-02-30T00:00:00Z"), "provider-malformed"],
    ["an object", expires({ at: canary }), "provider-malformed"],
    ["zero seconds", patched({ expires: null, expires_in: 0 }), "provider-malformed"],
    ["before it was issued", patched({ issued: "2099-01-01T00:00:00Z" }), "provider-malformed"],
    [
      "nine digits",
      expires(new Date(Date.now() + 60_000).toISOString().replace("Z", "123456Z")),
      1,
    ],
    ["digits as text", patched({ expires: null, issued: null, expires_in: "60" }), 1],
    ["missing", patched({ expires: null, issued: null }), 1],
  ]);
  const { account } = await shortLived(world);
  expect(account).toBeLessThanOrEqual(60_000);
});

/** How long a token of unknown lifetime is vended. */
async function shortLived({ stack, realm, simulator, addAccount }: ConfermaWorld) {
  await addAccount("unknown-life");
  simulator.injectFault(patched({ expires: null, issued: null }));
  const vended = await (await stack.start(realm)).vend({ account: "unknown-life" });
  const { usableUntil, expiresAt } = "problem" in vended ? expect.fail("not vended") : vended;
  expect(expiresAt).toBeNull();
  return { account: Date.parse(usableUntil ?? expect.fail("endless")) - Date.now() };
}

it("refused credentials are recognised in every form, and sent once", async () => {
  const world = await confermaWorld({ deadlineMs });
  const challenge = { "www-authenticate": `Basic realm="${canary}"` };
  const error = (code: string) => `{"error":"${code}","error_description":"${canary}"}`;
  await play(world, [
    ["400 invalid_client", answers(400, error("invalid_client")), "credentials-rejected"],
    ["401 invalid_client", answers(401, error("invalid_client")), "credentials-rejected"],
    ["401 with a challenge", answers(401, "", challenge), "credentials-rejected"],
    ["401 in plain text", answers(401, canary), "credentials-rejected"],
    ["401 ESEC001", answers(401, `{"errorCode":"ESEC001"}`), "credentials-rejected"],
    ["400 invalid_scope", answers(400, error("invalid_scope")), "credentials-rejected"],
    ["200 with an error", answers(200, error("invalid_client")), "credentials-rejected"],
    ["200 with an unknown error", answers(200, error(canary)), "provider-malformed"],
    ["400 with an unknown error", answers(400, error(canary)), "provider-malformed"],
  ]);
  const faults = world.simulator.journal.filter(({ kind }) => kind === "fault");
  expect(faults).toHaveLength(9);
});

it("a connection lost at any point is a retryable problem", async () => {
  await play(await confermaWorld({ deadlineMs }), [
    ["before", { kind: "destroy", when: "before-handling" }, "provider-unavailable"],
    ["after issuing", { kind: "destroy", when: "after-handling" }, "provider-unavailable"],
    ["in the body", { kind: "destroy", when: "half-body" }, "provider-unavailable"],
    ["a length too long", answers(200, "{}", { "content-length": "99" }), "provider-unavailable"],
  ]);
});

it("a redirect is not followed: the credentials are sent to no other address", async () => {
  let visits = 0;
  const attacker = await listen(
    createServer((_request, response) => {
      visits += 1;
      response.end(`{${sampleToken}}`);
    }),
  );
  onTestFinished(attacker.stop);
  const location = `${attacker.url}/${canary}`;
  await play(
    await confermaWorld({ deadlineMs }),
    [301, 302, 303, 307, 308].map((status) => [
      String(status),
      { kind: "redirect", status, location },
      "provider-malformed",
    ]),
  );
  expect(visits).toBe(0);
});

it("an error that echoes credentials is not repeated", async () => {
  const world = await confermaWorld({ deadlineMs });
  const echo = (status: number): Fault => ({ kind: "echo", status, afterIssuing: true });
  await play(world, [
    ["500", echo(500), "provider-unavailable"],
    ["401", echo(401), "credentials-rejected"],
    ["400", echo(400), "provider-malformed"],
    ["200", echo(200), "provider-malformed"],
  ]);
  expect(world.stack.printed()).not.toMatch(/local-secret|local-platform|simulated-/);
});

it("the expiry of Send Payments' tokens is the earlier of expiresAt and the JWT's exp", async () => {
  const cases: readonly Case[] = [
    ["past", patched({ expiresAt: "2019-01-01T00:00:00Z" }), "provider-malformed"],
    ["junk", patched({ accessToken: canary, expiresAt: canary }), "provider-malformed"],
    ["no token", patched({ accessToken: null }), "provider-malformed"],
    ["unknown", patched({ accessToken: canary, expiresAt: null }), 1],
    ["200", { kind: "respond", status: 200, body: `{"accessToken":"${canary}"}` }, 1],
  ];
  for (const [title, fault, told] of cases) {
    const { stack, simulator, realm } = await sendPaymentsWorld({ deadlineMs });
    simulator.injectFault(fault);
    const vended = await (await stack.start(realm)).vend();
    expect(versionOrCode(vended), title).toBe(told);
    expect(stack.printed()).not.toContain(canary);
  }
});

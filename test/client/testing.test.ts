import { describe, expect, it } from "vitest";
import { fakeVending } from "../../client/testing.ts";
import { createTokenClient } from "../../client/token-client.ts";
import { TokenClientError } from "../../client/token-client-error.ts";
import { waitForConsent } from "../../client/wait-for-consent.ts";
import { problemOf } from "../../functions/http/problem.ts";
import { problemCodes, VendingError } from "../../functions/model/errors.ts";
import { startHttpServer } from "./http-server.ts";

const connection = "conferma/sandbox/default";

/** A fake and a client of it, with a clock that is moved by hand. */
function playground(options: Parameters<typeof fakeVending>[0] = {}) {
  const clock = { at: Date.parse("2026-11-20T10:00:00Z") };
  const now = () => clock.at;
  const vending = fakeVending({ now, ...options });
  const { transport } = vending;
  const client = createTokenClient({ connection, transport, now, timeoutMs: 500 });
  return { clock, vending, client };
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("it succeeds"),
    (error: unknown) => (error instanceof TokenClientError ? error : expect.fail(String(error))),
  );

describe("the fake's tokens", () => {
  it("are vended until their end, by its clock, to every client", async () => {
    const { clock, vending, client } = playground({ lifetimeSeconds: 60 });
    const first = await client.vend();
    expect(first.usableUntil).toEqual(new Date("2026-11-20T10:01:00Z"));
    clock.at += 59_999;
    client.forget();
    expect((await client.vend()).token).toBe(first.token);
    clock.at += 1;
    const second = await client.vend();
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(second.token).not.toBe(first.token);
    expect(vending.requests).toEqual([{ connection }, { connection }, { connection }]);
  });

  it("are followed by a new one when they are rejected, once", async () => {
    const { client } = playground();
    await client.vend();
    expect((await client.reject(1)).version).toBe(2);
    client.forget();
    expect((await client.reject(1)).version).toBe(2);
  });

  it("that do not exist cannot be rejected", async () => {
    const { client } = playground();
    await client.vend();
    const { code, message } = await failureOf(client.reject(2));
    expect([code, message]).toEqual([
      "invalid-request",
      `${connection}: invalid-request: rejectedVersion: 2 does not exist yet; the current version is 1.`,
    ]);
  });

  it("are renewed for a demand that a new one meets, and for no other", async () => {
    const { clock, client } = playground({ lifetimeSeconds: 60 });
    await client.vend();
    clock.at += 30_000;
    expect((await client.vend({ minValiditySeconds: 30 })).version).toBe(1);
    expect((await client.vend({ minValiditySeconds: 31 })).version).toBe(2);
    const { code, retryable } = await failureOf(client.vend({ minValiditySeconds: 61 }));
    expect([code, retryable]).toEqual(["validity-unavailable", false]);
    expect((await client.vend()).version).toBe(2);
  });

  it("are keys where they have no lifetime", async () => {
    const headersOf = (key: string) => ({ "X-Api-Key": key, "X-Account": "acme" });
    const { client } = playground({ lifetimeSeconds: null, tokenOf: () => "a key", headersOf });
    const key = await client.vend({ minValiditySeconds: 1e6 });
    expect([key.usableUntil, key.expiresAt]).toEqual([null, null]);
    expect({ ...key.headers }).toEqual({ "X-Api-Key": "a key", "X-Account": "acme" });
    expect(key.fingerprint).toBe("8fa3aab2faa9");
  });

  it("are each connection's own", async () => {
    const { vending, client } = playground();
    const other = createTokenClient({
      connection: "conferma/sandbox/other",
      transport: vending.transport,
      now: () => Date.parse("2026-11-20T10:00:00Z"),
    });
    await client.vend();
    await client.reject(1);
    expect((await other.vend()).version).toBe(1);
  });
});

describe("a provider that asks the fake", () => {
  it("refuses a revoked token, and accepts what follows its rejection", async () => {
    const { vending, client } = playground();
    const provider = await startHttpServer(({ headers }, response) => {
      const [, token = ""] = headers.authorization?.split(" ") ?? [];
      response.writeHead(vending.accepts(connection, token) ? 200 : 401).end();
    });
    expect((await client.fetch(provider.url)).status).toBe(200);
    vending.revoke(connection);
    expect((await client.fetch(provider.url)).status).toBe(200);
    expect(vending.requests).toEqual([{ connection }, { connection, rejectedVersion: 1 }]);
  });

  it("accepts a token until it expires, and nothing else", async () => {
    const { clock, vending, client } = playground({ lifetimeSeconds: 60 });
    expect(vending.accepts(connection, "anything")).toBe(false);
    const { token, expiresAt } = await client.vend();
    clock.at = Number(expiresAt) - 1;
    expect(vending.accepts(connection, token)).toBe(true);
    expect(vending.accepts(connection, "anything")).toBe(false);
    clock.at += 1;
    expect(vending.accepts(connection, token)).toBe(false);
  });
});

describe("a scripted problem", () => {
  it.each(problemCodes)("%s is the one that token vending answers", async (code) => {
    const { vending, client } = playground();
    for (const seconds of [undefined, 7]) {
      vending.fail(connection, {
        ...{ code, detail: "In words." },
        ...(seconds && { retryAfterSeconds: seconds }),
      });
      const { problem } = await failureOf(client.vend());
      expect(problem).toEqual(
        problemOf(new VendingError(code, "In words.", seconds ?? null), connection),
      );
    }
  });

  it("is answered as often as it says, in turn, and leaves tokens as they are", async () => {
    const { vending, client } = playground();
    await client.vend();
    client.forget();
    vending.fail(connection, { code: "store-unavailable" }, 2);
    vending.fail(connection, { code: "frozen" });
    const codes: unknown[] = [];
    for (let n = 0; n < 3; n += 1) codes.push((await failureOf(client.vend())).code);
    expect(codes).toEqual(["store-unavailable", "store-unavailable", "frozen"]);
    expect((await client.vend()).version).toBe(1);
  });

  it("with a time to wait is waited for, as by the real client", async () => {
    const { vending, client } = playground();
    vending.fail(connection, { code: "store-unavailable" });
    const context = { getRemainingTimeInMillis: () => 5000 };
    expect((await client.vend({ context })).version).toBe(1);
    expect(vending.requests).toHaveLength(2);
  });

  it("does not bring a rejected version back", async () => {
    const { vending, client } = playground();
    await client.vend();
    vending.fail(connection, { code: "contested" });
    expect((await failureOf(client.reject(1))).code).toBe("contested");
    expect((await client.vend()).version).toBe(2);
  });
});

describe("before an answer", () => {
  it("what is thrown is what the network does", async () => {
    const before = () => {
      throw Object.assign(new Error("no message is told"), { code: "ECONNREFUSED" });
    };
    const { client } = playground({ before });
    const { code, message } = await failureOf(client.vend());
    expect(code).toBe("unreachable");
    expect(message).toContain("ECONNREFUSED");
  });

  it("a wait without end is a timeout", async () => {
    const { client } = playground({ before: () => new Promise(() => {}) });
    expect(await failureOf(client.vend())).toMatchObject({ code: "timeout", retryable: true });
  });
});

describe("a person's consent", () => {
  const linkIn = (error: TokenClientError) =>
    error.problem?.consent ?? expect.fail("there is no link");

  it("is required until it is given, with one link for all who ask", async () => {
    const { vending, client } = playground({ withLinks: true });
    await client.vend();
    vending.endConsent(connection);
    client.forget();
    const link = linkIn(await failureOf(client.vend()));
    expect(linkIn(await failureOf(client.vend()))).toEqual(link);
    expect(link.expiresAt).toBe("2026-11-20T10:10:00.000Z");
    const { transport } = vending;
    const waiting = waitForConsent({ connection, id: link.id, transport });
    vending.grantConsent(connection);
    expect(await waiting).toBe("granted");
    expect((await client.vend()).version).toBe(2);
  });

  it("that is declined, or not given in time, ends the link: the next one is another", async () => {
    const { clock, vending, client } = playground({ withLinks: true, linkSeconds: 60 });
    const { transport } = vending;
    vending.endConsent(connection);
    const declined = linkIn(await failureOf(client.vend()));
    vending.declineConsent(connection);
    expect(await waitForConsent({ connection, id: declined.id, transport })).toBe("ended");
    const late = linkIn(await failureOf(client.vend()));
    expect(late.id).not.toBe(declined.id);
    clock.at += 60_000;
    expect(await waitForConsent({ connection, id: late.id, transport })).toBe("ended");
    vending.grantConsent(connection);
    expect(await waitForConsent({ connection, id: late.id, transport })).toBe("ended");
  });

  it("comes with no link unless the transport asks for links", async () => {
    const { vending, client } = playground();
    vending.endConsent(connection);
    expect((await failureOf(client.vend())).problem).not.toHaveProperty("consent");
  });
});

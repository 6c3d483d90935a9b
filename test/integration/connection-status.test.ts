import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ConnectionAnswer, ConnectionPage } from "../../functions/http/status-contract.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { generateValue } from "../../local/secret-seeder.ts";
import { expectAnswer, until, versionOrCode } from "../support/stack-answers.ts";
import { canariesIn } from "../support/stack-canaries.ts";
import { confermaWorld } from "../support/stack-realms.ts";
import type { VendProcess } from "../support/vend-process.ts";

const keys: RealmInput = { provider: "static-key", environment: "test", headerName: "X-Key" };

async function list(status: VendProcess, request: object = {}): Promise<ConnectionPage> {
  const page = await status.handle(request);
  expect(page).not.toHaveProperty("problem");
  return page as ConnectionPage;
}

/** The only connection. */
async function seen(status: VendProcess): Promise<ConnectionAnswer> {
  const { connections } = await list(status);
  expect(connections).toHaveLength(1);
  return connections[0] ?? expect.fail("none");
}

describe("an operator sees a connection of Conferma", () => {
  it("empty before the first vend, then as its callers were answered", async () => {
    const { stack, realm } = await confermaWorld();
    const [vend, status] = [await stack.start(realm), await stack.startStatus([realm])];
    expect(await list(status)).toEqual({ connections: [], cursor: null });

    const { token: _, header: __, ...told } = expectAnswer(await vend.vend());
    expect(await seen(status)).toMatchObject({
      ...told,
      state: "usable",
      lease: null,
      lastIssue: { reason: "cold", latencyMs: expect.any(Number) },
      lastFailure: null,
    });
  });

  it("renewing while its first token is asked for", async () => {
    const { stack, simulator, realm } = await confermaWorld({ deadlineMs: 3000 });
    const [vend, status] = [await stack.start(realm), await stack.startStatus([realm])];
    // The first answer of a process takes longer than the next.
    await list(status);
    simulator.settings.latencyMs = 1500;
    const vended = vend.vend();
    await until("the provider is asked", () => simulator.counters.maxInFlight() > 0);
    expect(await seen(status)).toMatchObject({
      state: "renewing",
      version: 0,
      lease: { reason: "cold" },
      fingerprint: null,
    });
    await vended;
    expect((await seen(status)).state).toBe("usable");
  });

  it("expired, then backing off while the provider is down, then usable again", async () => {
    const { stack, simulator, realm } = await confermaWorld({ lifetimeMs: 1000 });
    const [vend, status] = [await stack.start(realm), await stack.startStatus([realm])];
    await vend.vend();
    await sleep(1300);
    expect((await seen(status)).state).toBe("expired");

    simulator.settings.lifetimeMs = 60_000;
    simulator.injectFault({ kind: "respond", status: 503 });
    expect(versionOrCode(await vend.vend())).toBe("provider-unavailable");
    expect(await seen(status)).toMatchObject({
      state: "backing-off",
      version: 1,
      lastIssue: { reason: "cold" },
      lastFailure: { code: "provider-unavailable", count: 1 },
    });

    await sleep(1100);
    expect(versionOrCode(await vend.vend())).toBe(2);
    expect(await seen(status)).toMatchObject({ state: "usable", version: 2, lastFailure: null });
  });

  it("contested when fresh tokens keep being rejected", async () => {
    const { stack, realm } = await confermaWorld();
    const [vend, status] = [await stack.start(realm), await stack.startStatus([realm])];
    await vend.vend();
    for (const version of [1, 2, 3]) await vend.vend({ rejectedVersion: version });
    expect(await seen(status)).toMatchObject({ state: "contested", version: 4 });
  });

  it("with credentials that are refused, until the secret changes", async () => {
    const { stack, simulator, realm, secret, secretName } = await confermaWorld();
    const [vend, status] = [await stack.start(realm), await stack.startStatus([realm])];
    const clientSecret = generateValue("secret");
    simulator.rotateSecret(secret.clientId, clientSecret, { keepOld: false });
    expect(versionOrCode(await vend.vend())).toBe("credentials-rejected");
    expect(await seen(status)).toMatchObject({
      state: "credentials-rejected",
      lastFailure: { code: "credentials-rejected" },
    });
    await stack.secrets.rotate(secretName, { ...secret, clientSecret });
    await sleep(1100);
    expect(versionOrCode(await vend.vend())).toBe(1);
    expect((await seen(status)).state).toBe("usable");
  });
});

it("an operator pages through the realms of a deployment by the API, each connection once", async () => {
  const { stack, realm, addAccount } = await confermaWorld();
  const vend = await stack.start(realm);
  for (const account of ["b", "a"]) {
    await addAccount(account);
    await vend.vend({ account });
  }
  const status = await stack.startStatus([keys, realm]);
  const get = async (realmName: string) =>
    (await status.handle({
      httpMethod: "GET",
      path: "/v1/connections",
      queryStringParameters: { realm: realmName },
      requestContext: {},
    })) as { statusCode: number; body: string };
  const answer = await get("conferma/test");
  expect(answer.statusCode).toBe(200);
  const { connections } = JSON.parse(answer.body) as ConnectionPage;
  expect(connections.map(({ connection }) => connection)).toEqual([
    "conferma/test/a",
    "conferma/test/b",
  ]);
  expect((await get("conferma/production")).statusCode).toBe(404);
});

it("an operator's answers, and whatever its function prints, hold no token and no secret (P11, P12)", async () => {
  const { stack, simulator, realm, secret } = await confermaWorld();
  const [vend, status] = [await stack.start(realm), await stack.startStatus([realm])];
  const { token } = expectAnswer(await vend.vend());
  simulator.injectFault({ kind: "echo", status: 500 });
  await vend.vend({ rejectedVersion: 1 });
  const item = await stack.item("conferma/test/default");
  const sealed = Buffer.from(item?.["sealed"]?.B ?? expect.fail("nothing sealed")).toString(
    "latin1",
  );

  const said = JSON.stringify([await list(status), await status.handle({ cursor: token })]);
  const canaries = {
    token,
    sealed,
    clientSecret: secret.clientSecret,
    platform: secret.platformKey,
  };
  expect(canariesIn(said + status.printed(), canaries)).toEqual([]);
  expect(said).not.toContain("sealed");
});

it("a status reader loads neither secrets nor keys nor providers", async () => {
  const { stack, realm } = await confermaWorld();
  const [vend, status] = [await stack.start(realm), await stack.startStatus([realm])];
  await vend.vend();
  await list(status);
  const modules = (await status.modules()).join("\n");
  expect(modules).not.toMatch(/secrets-manager-source|kms-sealer|conferma-/);
});

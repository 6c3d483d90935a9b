import { expect, it } from "vitest";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { ping } from "../../local/local-realm.ts";
import { versionOrCode } from "../support/stack-answers.ts";
import { clientCredentialsWorld } from "../support/stack-realms.ts";

type ClientRealm = Extract<RealmInput, { provider: "client-credentials" }>;

/** A server that wraps its answers, states when a token ends, and has errors of its own. */
const answer: NonNullable<ClientRealm["answer"]> = {
  accessToken: "data.token",
  tokenType: "data.kind",
  tokenTypes: ["AcmeToken"],
  lifetime: { member: "data.ends", unit: "json-date" },
  error: "status.code",
  successCodes: ["OK"],
  refusal: { codes: ["BAD_CLIENT"], statuses: [422] },
};

it("a server whose answers are described by settings is vended from, and refused as it says", async () => {
  const { stack, simulator, realm } = await clientCredentialsWorld({ lifetimeMs: 60_000 });
  const asAcme = (body: unknown) => {
    const { access_token, expires_in } = Object(body);
    const ends = `/Date(${Date.now() + expires_in * 1000})/`;
    return { status: { code: "OK" }, data: { token: access_token, kind: "AcmeToken", ends } };
  };
  simulator.injectFault({ kind: "override-body", override: asAcme, times: "always" });
  const presentation = { headerName: "X-Acme-Token", scheme: null };
  const settings = { ...realm, answer, presentation } as ClientRealm;

  const process = await stack.start(settings);
  const vended = await process.vend();
  expect(versionOrCode(vended)).toBe(1);
  const { header, token, usableUntil, expiresAt } = Object(vended);
  expect(header).toEqual({ name: "X-Acme-Token", value: token });
  const { pingUrl } = simulator;
  expect(await ping({ pingUrl }, { authorization: `Bearer ${token}` })).toBe(200);
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 50_000);
  expect(Date.parse(usableUntil)).toBeLessThan(Date.parse(expiresAt));
  expect(simulator.counters.issues()).toBe(1);

  simulator.clearFaults();
  const canary = "CANARY-3f1c";
  const refused = { status: { code: "BAD_CLIENT", text: canary } };
  simulator.injectFault({
    kind: "respond",
    status: 400,
    body: JSON.stringify(refused),
    times: "always",
  });
  const rejected = await process.vend({ rejectedVersion: 1 });
  expect(versionOrCode(rejected)).toBe("credentials-rejected");
  // It is not asked again with the same secret.
  const asked = simulator.journal.length;
  expect(versionOrCode(await process.vend({ rejectedVersion: 1 }))).toBe("credentials-rejected");
  expect(simulator.journal.length).toBe(asked);
  expect(JSON.stringify(rejected) + stack.printed()).not.toContain(canary);
});

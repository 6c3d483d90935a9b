import { expect, test } from "vitest";
import { startCentrapay } from "../../../../local/simulators/centrapay/centrapay.ts";
import { startCfis } from "../../../../local/simulators/cfis/cfis.ts";
import type { Simulator } from "../../../../local/simulators/kit/simulator.ts";
import { startOAuthServer } from "../../../../local/simulators/oauth/oauth-server.ts";
import { startSendPayments } from "../../../../local/simulators/send-payments/send-payments.ts";
import {
  basicHeader,
  confermaApi,
  confermaToken,
  requestConfermaToken,
  statusWith,
  stopAfterTest,
} from "../conferma-calls.ts";

/** Everything that another process can read from a simulator. */
async function shown({ url }: Simulator): Promise<string> {
  const paths = ["/__journal", "/__counters"];
  const texts = await Promise.all(paths.map(async (path) => (await fetch(url + path)).text()));
  return texts.join("\n");
}

test("the journal of issues, uses and refusals holds no token and no secret", async () => {
  const simulator = await confermaApi();
  const token = await confermaToken(simulator);
  const { pingUrl } = simulator;
  await statusWith(pingUrl, "authorization", token);
  await statusWith(pingUrl, "authorization", `Bearer ${token}`);
  await statusWith(pingUrl, "authorization", "Bearer guessed-token");
  const authorization = basicHeader("secret-as-id", "guessed-secret");
  await requestConfermaToken(simulator, { headers: { authorization } });
  simulator.injectFault({ kind: "echo", afterIssuing: true });
  await requestConfermaToken(simulator);

  const text = await shown(simulator);
  expect(simulator.journal.length).toBeGreaterThan(6);
  expect(text).not.toMatch(/simulated-|card-secret|secret-as-id|guessed/);
});

test("the journals of JSON credentials hold none of them", async () => {
  const client = { clientId: "id-1", clientSecret: "json-secret" };
  const simulator = stopAfterTest(await startSendPayments({ clients: [client] }));
  const headers = { "content-type": "application/json" };
  for (const json of [client, { ...client, clientSecret: "wrong-secret" }]) {
    await fetch(simulator.tokenUrl, { method: "POST", headers, body: JSON.stringify(json) });
  }
  expect(simulator.journal).toHaveLength(2);
  expect(await shown(simulator)).not.toMatch(/eyJ|secret/);
});

test("the journals of keys hold none of them", async () => {
  const cfis = stopAfterTest(await startCfis({ keys: [{ apiKey: "cfis-canary" }] }));
  cfis.answerRenewalAs("accessToken");
  for (const path of ["ping", "validate", "renew", "ping"]) {
    await statusWith(`${cfis.url}/api/v1/partner/${path}`, "x-api-key", "cfis-canary");
  }
  const centrapay = stopAfterTest(await startCentrapay());
  const secret = centrapay.createKey("acct-1", "till");
  await statusWith(centrapay.pingUrl, "x-api-key", secret);
  await statusWith(centrapay.pingUrl, "x-api-key", `${secret}-canary`);
  for (const simulator of [cfis, centrapay]) {
    expect(simulator.journal.length).toBeGreaterThan(2);
    expect(await shown(simulator)).not.toMatch(/canary|simulated-/);
  }
});

test("the journal of an OAuth server holds neither the token nor the posted secret", async () => {
  const clients = [{ clientId: "id-1", clientSecret: "posted-canary" }];
  const simulator = stopAfterTest(
    await startOAuthServer({ clients, clientAuthentication: "post" }),
  );
  const form = { grant_type: "client_credentials", client_id: "id-1" };
  for (const secret of ["posted-canary", "wrong-canary"]) {
    const body = new URLSearchParams({ ...form, client_secret: secret });
    await fetch(simulator.tokenUrl, { method: "POST", body });
  }
  expect(simulator.journal.map((entry) => entry.kind)).toEqual(["issue", "refuse-credentials"]);
  expect(await shown(simulator)).not.toMatch(/canary|simulated-/);
});

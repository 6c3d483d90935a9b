import { describe, expect, test } from "vitest";
import { vendEndpoint } from "../../functions/http/vend-endpoint.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { jsonLog } from "../../functions/platform/json-log.ts";
import { aCredential } from "../support/a-credential.ts";
import { aContext, aProxyEvent, aQuery } from "../support/a-proxy-event.ts";
import { at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const realm = { provider: "conferma", environment: "production" } as const;
const bound = aCredential({
  proofKey: new Sensitive("canary-key"),
  presentation: { headerName: "Authorization", scheme: "DPoP" },
});
const proofFor = "POST https://api.example/payments?a=b";

/** A process whose proofs say what they are for. */
function aProcess(fromMemory: boolean) {
  const lines: string[] = [];
  const clock = new FixedClock(at("10:00:01.000"));
  const log = jsonLog(
    (line) => lines.push(line),
    () => clock.now(),
  );
  const handler = vendEndpoint({
    ...{ realm, clock, log, processName: "p-1", metrics: { record: () => {} } },
    extraHeaders: { "X-Own": "1" },
    proofs: async () => async (request, key, token) =>
      JSON.stringify({ ...request, key: key.expose(), token: token?.expose() }),
    cached: () => (fromMemory ? bound : null),
    vend: async () => bound,
  });
  const events = () => lines.map((line) => JSON.parse(line).event);
  return { events, invoke: (event: unknown) => handler(event as never, aContext()) };
}

describe.each([true, false])("a token that is bound to a key, from memory: %s", (fromMemory) => {
  test("is vended with a proof beside the realm's headers, and without its key", async () => {
    const { invoke, events } = aProcess(fromMemory);
    const answer = await invoke({ proofFor, proofNonce: "n-1" });
    const request = { method: "POST", url: "https://api.example/payments?a=b", nonce: "n-1" };
    expect(answer).toMatchObject({
      header: { name: "Authorization", value: "DPoP canary-token" },
      extraHeaders: {
        "X-Own": "1",
        DPoP: JSON.stringify({ ...request, key: "canary-key", token: "canary-token" }),
      },
    });
    const { extraHeaders: _, ...others } = answer as Record<string, unknown>;
    expect(JSON.stringify(others)).not.toContain("canary-key");
    expect(events()).toEqual(["vended"]);
  });

  test("is vended over the API, with its query", async () => {
    const path = "/v1/tokens/conferma/production/default";
    const { invoke } = aProcess(fromMemory);
    const answer = await invoke(aProxyEvent({ path, ...aQuery(["proofFor", proofFor]) }));
    const { extraHeaders } = JSON.parse((answer as { body: string }).body);
    expect(JSON.parse(extraHeaders.DPoP)).toMatchObject({ method: "POST" });
  });

  test.each([
    [{}, "proofFor: is missing: "],
    [{ proofNonce: "n-1" }, "proofFor: is missing: "],
    [{ proofFor: "GET https://api.example:99999/" }, "proofFor: must be a method and an address"],
  ])(
    "is not vended to whoever asks for it with %j, and nobody is said to have it",
    async (payload, why) => {
      const { invoke, events } = aProcess(fromMemory);
      const { problem } = (await invoke(payload)) as { problem: { code: string; detail: string } };
      expect(problem.code).toBe("invalid-request");
      expect(problem.detail).toContain(why);
      expect(events()).not.toContain("vended");
    },
  );

  test("is rejected by a caller who names no request, which is recorded", async () => {
    const { invoke, events } = aProcess(fromMemory);
    await invoke({ rejectedVersion: 12 });
    expect(events()).toContain("rejected");
    expect(events()).not.toContain("vended");
  });
});

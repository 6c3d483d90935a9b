import { describe, expect, test } from "vitest";
import type { IdTokenCorruption } from "../../../../local/simulators/oauth/id-token.ts";
import { defaultUser } from "../../../../local/simulators/oauth/users.ts";
import { centrapay, obtainCentrapayTokens, verifyWithJose } from "../centrapay/centrapay-calls.ts";
import { jsonOf } from "../conferma-calls.ts";

describe("the ID token can be corrupted", () => {
  test.each<[IdTokenCorruption, string]>([
    ["bad-signature", "signature verification failed"],
    ["alg-none", '"alg" (Algorithm) Header Parameter value not allowed'],
    ["alg-hs256", '"alg" (Algorithm) Header Parameter value not allowed'],
    ["unknown-kid", "no applicable key found"],
    ["wrong-issuer", 'unexpected "iss" claim value'],
    ["wrong-audience", 'unexpected "aud" claim value'],
    ["expired", '"exp" claim timestamp check failed'],
  ])("%s, as an independent implementation detects", async (how, message) => {
    const simulator = await centrapay();
    simulator.injectFault({ kind: "corrupt-id-token", how });
    const { id_token } = await obtainCentrapayTokens(simulator);
    await expect(verifyWithJose(simulator, id_token)).rejects.toThrow(message);
  });

  test("in its nonce, its subject or its audience, or be missing", async () => {
    const simulator = await centrapay();
    const corrupted = async (how: IdTokenCorruption) => {
      simulator.injectFault({ kind: "corrupt-id-token", how });
      const { id_token } = await obtainCentrapayTokens(simulator);
      return id_token === undefined ? undefined : verifyWithJose(simulator, id_token);
    };
    expect((await corrupted("wrong-nonce"))?.["nonce"]).not.toBe("nonce-1");
    expect((await corrupted("missing-nonce"))?.["nonce"]).toBeUndefined();
    expect((await corrupted("other-subject"))?.sub).not.toBe(defaultUser.subject);
    expect((await corrupted("extra-audience"))?.aud).toEqual(["app-1", "someone-else"]);
    expect(await corrupted("missing")).toBeUndefined();
  });

  test("by a rotation of the key, with or without the old one in the set", async () => {
    const simulator = await centrapay();
    const { id_token } = await obtainCentrapayTokens(simulator);
    await simulator.rotateSigningKey({ keepOld: true });
    await verifyWithJose(simulator, id_token);
    await simulator.rotateSigningKey({ keepOld: false });
    await expect(verifyWithJose(simulator, id_token)).rejects.toThrow("no applicable key found");
    await verifyWithJose(simulator, (await obtainCentrapayTokens(simulator))["id_token"]);
  });
});

describe("discovery", () => {
  test("lists the endpoints, and can be faulted", async () => {
    const simulator = await centrapay();
    const discovered = async () =>
      jsonOf(await fetch(`${simulator.url}/.well-known/openid-configuration`));
    expect(await discovered()).toMatchObject({
      issuer: simulator.issuer,
      token_endpoint: simulator.tokenUrl,
      jwks_uri: simulator.jwksUrl,
    });
    const patch = { token_endpoint: "https://attacker.invalid/token" };
    simulator.injectFault({ kind: "patch-body", patch, route: "discovery" });
    expect(await discovered()).toMatchObject(patch);
  });
});

import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, test } from "vitest";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { codeCredential, refreshCredential } from "../../support/a-consent.ts";
import type { AnswerScript } from "../../support/an-issuer.ts";
import { grantOf, noAnswer, summarizeOutcome } from "../../support/an-issuer.ts";

const machine: RealmInput = {
  provider: "client-credentials",
  environment: "acme",
  tokenUrl: "https://login.example/token?tenant=1",
  dpop: true,
};
const ofPeople: RealmInput = {
  provider: "authorization-code",
  environment: "acme",
  authorizeUrl: "https://login.example/authorize",
  tokenUrl: "https://login.example/token",
  dpop: true,
};
const secret = JSON.stringify({ clientId: "client-1", clientSecret: "s3cret" });
const { signal } = new AbortController();

const answered = (members: object, headers: Record<string, string> = {}) => ({
  headers,
  body: JSON.stringify({ access_token: "t", expires_in: 60, token_type: "DPoP", ...members }),
});
const challenge = (nonce: string, error = "use_dpop_nonce", status = 400) => ({
  status,
  headers: { "dpop-nonce": nonce },
  body: JSON.stringify({ error }),
});

/** The answers in their order, the last one again and again. */
const inTurn = (
  ...answers: Exclude<AnswerScript, (...given: never) => unknown>[]
): AnswerScript => {
  let count = 0;
  return () => {
    count += 1;
    return answers[Math.min(count, answers.length) - 1] ?? {};
  };
};

type Requests = Awaited<ReturnType<typeof grantOf>>["requests"];
const proofsOf = (requests: Requests) =>
  requests.map(({ headers }) => decodeJwt(headers["dpop"] ?? ""));
const keysOf = (requests: Requests) =>
  requests.map(({ headers }) => decodeProtectedHeader(headers["dpop"] ?? "").jwk?.x);

describe("a request for a token that is to be bound to a key", () => {
  test("proves the key: for this method and this address, now, and once", async () => {
    const { grant, requests } = await grantOf(machine, secret, answered({}));
    const outcome = await grant.issue(signal);
    expect(outcome).toMatchObject({ kind: "issued", proofKey: expect.any(Sensitive) });
    expect(proofsOf(requests)).toEqual([
      {
        ...{ htm: "POST", htu: "https://login.example/token" },
        iat: Date.parse("2026-11-20T10:00:00Z") / 1000,
        jti: "00000000-0000-4000-8000-000000000001",
      },
    ]);
    expect(decodeProtectedHeader(requests[0]?.headers["dpop"] ?? "")).toEqual({
      ...{ alg: "ES256", typ: "dpop+jwt" },
      jwk: { kty: "EC", crv: "P-256", x: expect.any(String), y: expect.any(String) },
    });
  });

  test("is sent again with the nonce that the server wants, and the nonce is kept until it tells another", async () => {
    const answers = [
      challenge("nonce-1"),
      answered({}, { "dpop-nonce": "nonce-2" }),
      answered({}),
      answered({}),
    ];
    const { grant, requests } = await grantOf(machine, secret, inTurn(...answers));
    for (let count = 0; count < 3; count += 1) await grant.issue(signal);
    const nonces = proofsOf(requests).map((proof) => proof["nonce"]);
    expect(nonces).toEqual([undefined, "nonce-1", "nonce-2", "nonce-2"]);
    expect(new Set(proofsOf(requests).map(({ jti }) => jti)).size).toBe(4);
    const [first, second, third] = keysOf(requests);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  test("… with another assertion as well: a server knows one that it has seen", async () => {
    const changes = { clientAuthentication: "private_key_jwt" } as const;
    const { pem: privateKey } = (await import("../../support/a-client.ts")).aKeyPair("P-256");
    const keySecret = JSON.stringify({ clientId: "client-1", privateKey });
    const script = inTurn(challenge("nonce-1"), answered({}));
    const { grant, requests } = await grantOf({ ...machine, ...changes }, keySecret, script);
    expect(summarizeOutcome(await grant.issue(signal))).toMatch(/^issued/);
    const assertions = requests.map(({ body }) =>
      new URLSearchParams(body).get("client_assertion"),
    );
    expect(new Set(assertions).size).toBe(2);
  });

  test("is not sent a third time", async () => {
    const { grant, requests } = await grantOf(machine, secret, challenge("nonce-1"));
    expect(await grant.issue(signal)).toMatchObject({ kind: "not-issued", mayHaveIssued: false });
    expect(requests).toHaveLength(2);
  });

  test.each([
    ["another error", challenge("nonce-1", "invalid_dpop_proof")],
    ["an answer that is none", { status: 400, body: "use_dpop_nonce" }],
    ["a token", answered({ error: null })],
    ["a refusal of the client", challenge("nonce-1", "invalid_client", 401)],
    ["no answer", noAnswer.dropped],
  ])("is not sent again after %s", async (_, answer) => {
    const { grant, requests } = await grantOf(machine, secret, answer);
    await grant.issue(signal);
    expect(requests).toHaveLength(1);
  });

  test.each(["", "a b", 'a"b', "n".repeat(513)])(
    "takes no nonce that no server tells: %j",
    async (nonce) => {
      const script = inTurn(challenge(nonce), answered({}));
      const { grant, requests } = await grantOf(machine, secret, script);
      await grant.issue(signal);
      expect(proofsOf(requests)[1]?.["nonce"]).toBeUndefined();
    },
  );
});

describe("a token that is not bound to our key", () => {
  test.each([["Bearer"], [null], [undefined], [5], ["mac"]])(
    "is not used: its type is %s",
    async (token_type) => {
      for (const [realm, credential] of [
        [machine, null],
        [ofPeople, codeCredential],
      ] as const) {
        const { grant } = await grantOf(realm, secret, answered({ token_type }), credential);
        expect(await grant.issue(signal)).toMatchObject({
          code: "provider-malformed",
          detail: "The provider answered a token whose token_type is not DPoP.",
          mayHaveIssued: true,
        });
      }
    },
  );

  test.each(["DPoP", "dpop"])("… and it is, if its type is %s", async (token_type) => {
    const { grant } = await grantOf(machine, secret, answered({ token_type }));
    expect(summarizeOutcome(await grant.issue(signal))).toMatch(/^issued/);
  });

  test("is what we ask for elsewhere: a type of DPoP is refused there", async () => {
    const { dpop: _, ...bearer } = machine;
    const { grant, requests } = await grantOf(bearer, secret, answered({}));
    expect(await grant.issue(signal)).toMatchObject({ code: "provider-malformed" });
    expect(requests[0]?.headers).not.toHaveProperty("dpop");
  });
});

describe("a refresh token", () => {
  const key = async () => {
    const { grant } = await grantOf(ofPeople, secret, answered({}), codeCredential);
    const outcome = await grant.issue(signal);
    return outcome.kind === "issued" ? outcome.proofKey : undefined;
  };

  test("is presented with the key that it is bound to, and so is what it leads to", async () => {
    const proofKey = await key();
    const credential = { ...refreshCredential("person-1"), proofKey };
    const { grant, requests } = await grantOf(ofPeople, secret, answered({}), credential);
    const outcome = await grant.issue(signal);
    await grant.issue(signal);
    expect(outcome).toMatchObject({ kind: "issued" });
    if (outcome.kind === "issued") expect(outcome.proofKey?.expose()).toBe(proofKey?.expose());
    const [first, second] = keysOf(requests);
    expect(second).toBe(first);
  });

  test("that is bound to none leads to a token that is bound to a new one", async () => {
    const script = answered({});
    const { grant } = await grantOf(ofPeople, secret, script, refreshCredential("person-1"));
    expect(await grant.issue(signal)).toMatchObject({ proofKey: expect.any(Sensitive) });
  });
});

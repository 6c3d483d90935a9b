import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Issued, NotIssued } from "../../../functions/model/provider.ts";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { readyRealms } from "../../../infra/ready-realms.ts";
import { ping } from "../../../local/local-realm.ts";
import { summarizeOutcome } from "../../support/an-issuer.ts";
import { declaredWorld } from "./declared-world.ts";

type Settings = Extract<RealmInput, { provider: "client-credentials" }>;

const declared: Settings = {
  provider: "client-credentials",
  environment: "bank",
  tokenUrl: "https://login.bank.example/v1/token",
};

const tokenOf = (outcome: Issued | NotIssued) =>
  outcome.kind === "issued" ? outcome.token.expose() : expect.fail(summarizeOutcome(outcome));

/** A server states what is left, in whole seconds. */
const life = /^issued, (299000 to 300|300000 to 301)000 ms$/;

const byKey = { clientAuthentication: "private_key_jwt" } as const;

const other = {
  clientSecret: "another",
  privateKey:
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAt9Qsv6Mw5IXOJEN7pYxCy4X4ykZF4eEWcYhEzmX0o2\n-----END PRIVATE KEY-----\n",
};

describe("a server made from a declaration", () => {
  test.each<Partial<Settings>>([
    { clientAuthentication: "basic" },
    { clientAuthentication: "basic", basicEncoding: "raw" },
    { clientAuthentication: "post", requestFormat: "json" },
    { clientAuthentication: "private_key_jwt", signingAlgorithm: "EdDSA" },
    { clientAuthentication: "private_key_jwt", signingAlgorithm: "EdDSA", requestFormat: "json" },
  ])("accepts the secret that was made up for %j, and no other", async (settings) => {
    const { issue, realm } = await declaredWorld({ ...declared, ...settings });
    expect(summarizeOutcome(await issue())).toMatch(life);
    expect(summarizeOutcome(await issue({ secret: other }))).toBe("credentials-rejected");
    expect(summarizeOutcome(await issue({ secret: { clientId: "another" } }))).toBe(
      "credentials-rejected",
    );
    expect(realm.simulator.counters.credentialsRefused()).toBe(2);
  });

  test.each<Partial<Settings>>([{}, { clientAuthentication: "private_key_jwt" }])(
    "takes the new secret of %j when it is rotated, and no longer the old",
    async (settings) => {
      const { issue, played, seeder, realm, secrets } = await declaredWorld({
        ...declared,
        ...settings,
      });
      const [old = {}] = secrets.values();
      await played.incidents(seeder)(realm).rotate();
      const [next = {}] = secrets.values();
      expect(next["clientId"]).toBe(old["clientId"]);
      expect(summarizeOutcome(await issue())).toMatch(life);
      expect(summarizeOutcome(await issue({ secret: old }))).toBe("credentials-rejected");
    },
  );

  test.each<[RealmInput, Partial<Settings>]>([
    [readyRealms.finicity({ environment: "f", appKey: "app-1" }), { tokenHeaders: {} }],
    [readyRealms.finicity({ environment: "f", appKey: "app-1" }), { parameterNames: {} }],
    [
      readyRealms.githubApp({ environment: "g", installationId: 7, userAgent: "acme" }),
      { parameterNames: {} },
    ],
    [
      readyRealms.githubApp({ environment: "g", installationId: 7, userAgent: "acme" }),
      { tokenHeaders: { "User-Agent": "other" } },
    ],
    [
      readyRealms.githubApp({ environment: "g", installationId: 7, userAgent: "acme" }),
      { clientAuthentication: "private_key_jwt" },
    ],
  ])("plays %j, and refuses a request with %j", async (ready, changes) => {
    const { issue } = await declaredWorld(ready as Settings);
    expect(summarizeOutcome(await issue())).toMatch(/^issued/);
    const wrong = { clientId: "another", clientSecret: "another" };
    expect(summarizeOutcome(await issue({ secret: wrong }))).toBe("credentials-rejected");
    expect((await issue({ settings: changes })).kind).toBe("not-issued");
  });

  test("says a made-up value of each attribute, and wants it in its API's headers", async () => {
    const { issue, realm } = await declaredWorld({
      ...declared,
      attributes: { app: "answer", instance: "answer.instance.url" },
      attributeHeaders: { "X-App": "app" },
    });
    const outcome = await issue();
    const attributes = { app: "simulated-app", instance: "simulated-instance" };
    expect(outcome).toMatchObject({ attributes });
    const authorization = `Bearer ${tokenOf(outcome)}`;
    expect(await ping(realm, { authorization })).toBe(400);
    expect(await ping(realm, { authorization, "x-app": "simulated-app" })).toBe(200);
  });

  test("keeps a secret of an earlier run, unless it is declared otherwise now", async () => {
    const kept = { clientId: "kept", clientSecret: "of yesterday" };
    const { secrets } = await declaredWorld(declared, kept);
    expect([...secrets.values()]).toEqual([kept]);
    const changed = await declaredWorld(
      { ...declared, clientAuthentication: "private_key_jwt" },
      kept,
    );
    expect(summarizeOutcome(await changed.issue())).toMatch(life);
  });

  test.each(["RS256", "PS256", "ES256", "ES384", "ES512"] as const)(
    "takes assertions that are signed by %s, to the declared audience",
    async (signingAlgorithm) => {
      const { issue } = await declaredWorld({
        ...{ ...declared, signingAlgorithm, clientAuthentication: "private_key_jwt" },
        assertionAudience: "https://login.bank.example",
      });
      expect(summarizeOutcome(await issue())).toMatch(/^issued/);
    },
  );

  test("asks for the client's certificate in the handshake", async () => {
    const { issue, played, realm } = await declaredWorld({
      ...declared,
      clientAuthentication: "tls",
    });
    const usual = getCACertificates("default");
    onTestFinished(() => setDefaultCACertificates(usual));
    setDefaultCACertificates([...usual, played.certificateAuthority]);
    expect(summarizeOutcome(await issue())).toMatch(/^issued/);
    expect(realm.settings).toMatchObject({ tokenUrl: expect.stringMatching(/^https:/) });
    expect(summarizeOutcome(await issue({ secret: { clientId: "another" } }))).toBe(
      "credentials-rejected",
    );
  });

  test.each<[Partial<Settings>, Partial<Settings>, string]>([
    [{ audience: "https://api" }, { audience: "https://else" }, "invalid_target"],
    [{ resource: ["https://a", "https://b"] }, { resource: "https://a" }, "invalid_target"],
    [{ tokenParameters: { kind: "company" } }, { tokenParameters: {} }, "invalid_request"],
    [{ scope: "pay read" }, { scope: "pay admin" }, "invalid_scope"],
    [{ requestFormat: "json" }, { requestFormat: "form" }, "invalid_request"],
    [{}, { clientAuthentication: "post" }, "invalid_client"],
    [{ ...byKey, assertionIssuer: "acme" }, { assertionIssuer: "else" }, "invalid_client"],
  ])("wants requests with %j, and refuses those with %j", async (settings, asked, error) => {
    const { issue } = await declaredWorld({ ...declared, ...settings });
    expect(summarizeOutcome(await issue())).toMatch(/^issued/);
    const refused = await issue({ settings: asked });
    expect(refused).toMatchObject({ code: "credentials-rejected" });
    expect(JSON.stringify(refused)).toContain(error);
  });

  /** By the second of the answer's Date, which may begin while it is made. */
  const instant = "29\\d{4} to (29\\d|30[01])\\d{3}";

  test.each([
    ["seconds", "(299|300)000 to 30[01]000"],
    ["minutes", "(24|30)0000 to 3[06]0000"],
    ["milliseconds", "(299|300)000 to (299|300)001"],
    ["iso-8601", instant],
    ["http-date", instant],
    ["epoch-seconds", instant],
    ["epoch-milliseconds", instant],
    ["json-date", instant],
  ] as const)("answers as declared, with lifetimes in %s", async (unit, ms) => {
    const { issue, realm } = await declaredWorld({
      ...declared,
      presentation: { headerName: "X-Token", scheme: null },
      answer: {
        accessToken: "data.0.token",
        tokenType: "kind",
        tokenTypes: ["AcmeToken"],
        lifetime: { member: "data.0.life", unit },
        error: "status.code",
        successCodes: ["0"],
        refusal: { codes: ["BAD_CLIENT"], statuses: [422] },
      },
    });
    const outcome = await issue();
    expect(summarizeOutcome(outcome)).toMatch(new RegExp(`^issued, ${ms} ms$`));
    expect(await ping(realm, { "x-token": tokenOf(outcome) })).toBe(200);
    expect(await ping(realm, { authorization: `Bearer ${tokenOf(outcome)}` })).toBe(401);
    expect(summarizeOutcome(await issue({ secret: other }))).toBe("credentials-rejected");
    expect(realm.simulator.journal.at(-1)).toMatchObject({ kind: "refuse-credentials" });
  });
});

import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  authorizationRequestOf,
  authorizeUrl,
  newAuthorizationRequest,
  readState,
} from "../../functions/consents/authorization-request.ts";
import type { ConsentDependencies } from "../../functions/consents/consent-dependencies.ts";
import type { RealmId } from "../../functions/model/connection.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import type { AuthorizationRequest } from "../../functions/model/consent.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { nodeBrowserSecrets } from "../../functions/platform/node-browser-secrets.ts";
import { TestConsentSite } from "../support/consent-site.ts";
import { fieldsOf } from "../support/fields-of.ts";
import { useTable } from "../support/use-table.ts";

const table = useTable();

const id = "i".repeat(43);
const secret = new Sensitive("s".repeat(43));
const here: RealmId = { provider: "connectpay", environment: "test" };

/** Dependencies of an authorization request, with a fixed salt. */
function depsOf(realm: RealmId, salt = "x".repeat(22)): ConsentDependencies {
  const parts = {
    realm,
    consentBaseUrl: "https://vend.example",
    browserSecrets: { ...nodeBrowserSecrets, newSalt: () => salt },
  };
  return parts as Partial<ConsentDependencies> as ConsentDependencies;
}

const proofOf = ({ state }: AuthorizationRequest) => state.split(".").at(-1);
const partsOf = (request: AuthorizationRequest) => [
  proofOf(request),
  request.nonce,
  request.codeVerifier.expose(),
];

describe("an authorization request", () => {
  const request = newAuthorizationRequest(depsOf(here), id, secret);

  test("has a state that names its link and holds no secret", () => {
    expect(request.state).toMatch(/^i{43}\.x{22}\.[\w-]{43}$/);
    expect(request.state).not.toContain(secret.expose());
  });

  test("has a code verifier of RFC 7636 §4.1, which does not print", () => {
    expect(request.codeVerifier.expose()).toMatch(/^[\w.~-]{43,128}$/);
    expect(JSON.stringify(request)).not.toContain(request.codeVerifier.expose());
  });

  test("has three derived values, of which none reveals another", () => {
    expect(new Set(partsOf(request)).size).toBe(3);
  });

  test.each([
    ["realm", newAuthorizationRequest(depsOf({ ...here, environment: "live" }), id, secret)],
    ["link", newAuthorizationRequest(depsOf(here), "j".repeat(43), secret)],
    ["salt", newAuthorizationRequest(depsOf(here, "y".repeat(22)), id, secret)],
    ["browser", newAuthorizationRequest(depsOf(here), id, new Sensitive("t".repeat(43)))],
  ])("differs in all three for another %s", (_, other) => {
    for (const part of partsOf(other)) expect(partsOf(request)).not.toContain(part);
  });

  test("stays valid across releases: its values are HMACs of purpose, realm, link and salt", () => {
    const macFor = (purpose: string) =>
      createHmac("sha256", secret.expose())
        .update(`${purpose} connectpay/test ${id} ${"x".repeat(22)}`)
        .digest("base64url");
    expect(partsOf(request)).toEqual(["state", "nonce", "code-verifier"].map(macFor));
  });

  test("is recreated from its state, with the browser's secret", () => {
    const claim = readState(request.state);
    if (!claim) return expect.fail("unreadable");
    const again = authorizationRequestOf(depsOf(here, "other salt"), claim, secret);
    expect(again && [again.redirectUri, again.state, ...partsOf(again)]).toEqual([
      "https://vend.example/callback/connectpay/test",
      request.state,
      ...partsOf(request),
    ]);
    expect(authorizationRequestOf(depsOf(here), claim, new Sensitive("t".repeat(43)))).toBeNull();
    const elsewhere = depsOf({ ...here, environment: "live" });
    expect(authorizationRequestOf(elsewhere, claim, secret)).toBeNull();
  });
});

const state = `${"i".repeat(43)}.${"x".repeat(22)}.${"m".repeat(43)}`;

test.each([
  ...["", "x", "null", "a.b.c", `${"i".repeat(43)}.${"x".repeat(22)}`],
  ...[`i${state}`, `${state}m`, state.replace("i", "+"), state.replace("x", "/")],
  state.replace("m", "="),
])("%j is no state", (text) => {
  expect(readState(text)).toBeNull();
});

test("a state names its link and its salt", () => {
  const read = readState(state);
  expect(read && fieldsOf(read)).toEqual({
    state,
    pendingId: "i".repeat(43),
    salt: "x".repeat(22),
  });
});

describe("where the request is pushed", () => {
  /** A push that ends so; the secret is read in this version, and then in that. */
  function aSiteThatPushes(push: (signal: AbortSignal) => Promise<string>, versions: string[]) {
    const site = new TestConsentSite(table());
    const reads: number[] = [];
    const flow = site.provider.flow();
    const read = async (_: string, maxAgeMs: number) => {
      reads.push(maxAgeMs);
      return { text: new Sensitive("s"), version: versions[reads.length - 1] ?? "none" };
    };
    const pushing: typeof flow.authorizeUrl = (_, __, signal) => push(signal);
    Object.assign(site.deps, {
      secrets: { read },
      flow: async () => ({ ...flow, authorizeUrl: pushing }),
    });
    const send = () =>
      authorizeUrl(
        site.deps,
        connectionOf(site.realm, "jo"),
        id,
        secret,
        new AbortController().signal,
      );
    return { site, send, reads };
  }

  test.each([
    ["once, if the secret is the same", ["v1", "v1"], 1],
    ["again, if the secret has been replaced", ["v1", "v2"], 2],
  ])("a refused client is sent %s", async (_, versions, times) => {
    let pushes = 0;
    const refuse = async () => {
      pushes += 1;
      throw new VendingError("credentials-rejected", "Made up.");
    };
    const { send } = aSiteThatPushes(refuse, versions);
    await expect(send()).rejects.toMatchObject({ code: "credentials-rejected" });
    expect(pushes).toBe(times);
  });

  test.each([
    ["a provider that is away", new VendingError("provider-unavailable", "Made up.")],
    ["what is no answer of the provider's", new TypeError("Made up.")],
  ])("%s is not asked again: no other secret would help", async (_, failure) => {
    let pushes = 0;
    const fail = async () => {
      pushes += 1;
      throw failure;
    };
    const { send, reads } = aSiteThatPushes(fail, ["v1", "v2"]);
    await expect(send()).rejects.toBe(failure);
    expect({ pushes, reads }).toEqual({ pushes: 1, reads: [300_000] });
  });

  test("a provider that does not answer is waited for until its deadline", async () => {
    const { site, send } = aSiteThatPushes(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        }),
      ["v1"],
    );
    const timeouts: number[] = [];
    site.deps.clock.timeout = (ms: number) => {
      timeouts.push(ms);
      return AbortSignal.abort("made up");
    };
    void send().catch(() => undefined);
    await expect.poll(() => timeouts).toEqual([site.deps.limits.deadlineMs]);
  });
});

import * as v from "valibot";
import { expect, test } from "vitest";
import { rejectionBody, vendQuery } from "../../../functions/http/contract.ts";
import type { AuthorizationRequest, GrantCredential } from "../../../functions/model/consent.ts";
import type { Issued, NotIssued } from "../../../functions/model/provider.ts";
import { Sensitive, unprintable } from "../../../functions/model/sensitive.ts";
import { systemClock } from "../../../functions/platform/system-clock.ts";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import {
  newProofKey,
  proofSigner,
} from "../../../functions/providers/oauth/proof-of-possession.ts";
import { ping } from "../../../local/local-realm.ts";
import { defaultUser } from "../../../local/simulators/oauth/users.ts";
import type { AnyLocalStack } from "../../../local/stack.ts";
import { usageHints } from "../../../local/start-report.ts";
import { createUserAgent } from "../simulators/oauth/user-agent.ts";
import type { DeclaredWorld } from "./declared-world.ts";
import { callback, declaredWorld } from "./declared-world.ts";

type SettingsOf<Id> = Extract<RealmInput, { provider: Id }>;

const machine: SettingsOf<"client-credentials"> = {
  provider: "client-credentials",
  environment: "bank",
  tokenUrl: "https://login.bank.example/v1/token",
  dpop: true,
};
const ofPeople: SettingsOf<"authorization-code"> = {
  provider: "authorization-code",
  environment: "books",
  authorizeUrl: "https://login.books.example/authorize",
  tokenUrl: "https://login.books.example/token",
  scopes: ["ledger.read", "offline_access"],
  dpop: true,
};

const signProof = proofSigner({ clock: systemClock, newRequestId: () => crypto.randomUUID() });

function issuedOf(outcome: Issued | NotIssued) {
  if (outcome.kind !== "issued" || !outcome.proofKey) throw new Error(JSON.stringify(outcome));
  return { token: outcome.token, proofKey: outcome.proofKey, consent: outcome.consent };
}

type Bound = Pick<ReturnType<typeof issuedOf>, "token" | "proofKey">;

/** The headers of a call of the realm's API. */
async function headersFor({ realm }: DeclaredWorld, { token, proofKey }: Bound, method = "GET") {
  const dpop = await signProof({ method, url: realm.pingUrl }, proofKey, token);
  return { authorization: `DPoP ${token.expose()}`, dpop };
}

/** A person agrees. Returns the code. */
async function codeFrom(world: DeclaredWorld): Promise<GrantCredential> {
  const authorizationRequest = unprintable<AuthorizationRequest>({
    ...{ redirectUri: callback, state: "state-1", nonce: "nonce-1" },
    codeVerifier: new Sensitive("v".repeat(43)),
  });
  const flow = (await world.providerOf().consent?.()) ?? expect.fail("no consents");
  const signal = AbortSignal.timeout(20_000);
  const url = await flow.authorizeUrl(world.secret(), authorizationRequest, signal);
  const sentTo = await createUserAgent(defaultUser).consent(url);
  const code = new Sensitive(sentTo.searchParams.get("code") ?? "");
  return { kind: "code", authorizationRequest, code };
}

test("a server that binds tokens accepts one with a proof for each call, and nothing else", async () => {
  const world = await declaredWorld(machine);
  const { realm } = world;
  const bound = issuedOf(await world.issue());
  const headers = await headersFor(world, bound);
  expect(await ping(realm, headers)).toBe(200);
  // A proof is good for one call.
  expect(await ping(realm, headers)).toBe(401);
  expect(await ping(realm, { authorization: headers.authorization })).toBe(401);
  expect(await ping(realm, await headersFor(world, bound, "POST"))).toBe(401);
  const { dpop } = await headersFor(world, bound);
  expect(await ping(realm, { authorization: `Bearer ${bound.token.expose()}`, dpop })).toBe(401);
  const thief = { token: bound.token, proofKey: await newProofKey() };
  expect(await ping(realm, await headersFor(world, thief))).toBe(401);
  const other = issuedOf(await world.issue());
  expect(await ping(realm, await headersFor(world, { ...other, token: bound.token }))).toBe(401);
  expect(await ping(realm, await headersFor(world, other))).toBe(200);
});

test("it issues nothing to a client that proves no key", async () => {
  const { issue } = await declaredWorld(machine);
  expect(await issue({ settings: { dpop: false } })).toMatchObject({ kind: "not-issued" });
});

test.each(["basic", "none"] as const)(
  "a person's refresh token is good for its key alone: %s",
  async (clientAuthentication) => {
    const world = await declaredWorld({ ...ofPeople, clientAuthentication });
    const first = issuedOf(await world.issue({ credential: await codeFrom(world) }));
    expect(await ping(world.realm, await headersFor(world, first))).toBe(200);
    const refreshToken = first.consent?.refreshToken ?? expect.fail("no refresh token");
    const refreshing = { kind: "refresh-token", refreshToken, isSamePerson: () => true } as const;
    const stolen = { ...refreshing, proofKey: await newProofKey() };
    expect(await world.issue({ credential: stolen })).toMatchObject({ kind: "not-issued" });
    const { proofKey } = first;
    const next = issuedOf(await world.issue({ credential: { ...refreshing, proofKey } }));
    expect(next.proofKey.expose()).toBe(proofKey.expose());
    expect(await ping(world.realm, await headersFor(world, next))).toBe(200);
  },
);

test.each([true, false])(
  "the start tries what is answered, with bound tokens: %s",
  async (dpop) => {
    const { played, realm } = await declaredWorld({ ...machine, dpop });
    const hints = usageHints({ providers: played } as unknown as AnyLocalStack, ".env");
    const [, query = ""] = /default\?([^"]*)"/.exec(hints) ?? [];
    const [, body = ""] = /rejections -d '([^']*)'/.exec(hints) ?? [];
    const proof = dpop ? { proofFor: `GET ${realm.pingUrl}` } : {};
    const asked = v.parse(vendQuery, Object.fromEntries(new URLSearchParams(query)));
    expect(asked).toEqual({ minValiditySeconds: 0, ...proof });
    expect(v.parse(rejectionBody, JSON.parse(body))).toEqual({ version: 1, ...proof });
  },
);

import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { describe, expect, test } from "vitest";
import type { RealmEntry } from "../../infra/realm-list.ts";
import type { AccessCheck } from "./access-checks.ts";
import { decisionsOf } from "./access-checks.ts";
import { publishesEvents } from "./event-rows.ts";
import { outsiderMutations } from "./outsider-mutations.ts";
import { attemptsOn, endpointId, putsSecrets, readsFreezes } from "./outsider-rows.ts";
import { addOutsiders, clientRealm, consentRealm, outsiderNames } from "./outsiders.ts";
import { eventPublisher, outsidersOf, statusReader } from "./principals.ts";
import type { RawTemplate } from "./synthesized.ts";
import { deployed, synthesized } from "./synthesized.ts";

const tokenUrl = "https://provider.example/token";
const realms: readonly RealmEntry[] = [
  { provider: "conferma", environment: "sandbox", tokenUrl },
  { provider: "conferma", environment: "sandbox-2", tokenUrl },
  { provider: "cfis", environment: "sandbox", apiBaseUrl: "https://cfis.example" },
  {
    provider: "centrapay-user",
    environment: "sandbox",
    issuer: "https://provider.example",
    authorizeUrl: "https://provider.example/authorize",
    tokenUrl,
    jwksUrl: "https://provider.example/jwks",
  },
];

/** Not that of the schedule, which only invokes it. */
const publisherRole = `${eventPublisher}Role`;

const seesStatus = [
  "GetItem status",
  "BatchGetItem status",
  "list keys of connections",
  "GET /v1/connections",
  `invoke ${statusReader}`,
  ...readsFreezes,
];

/** What the permission for links opens of one account. */
function linkPathsOf(account: string): string[] {
  return [
    `POST /v1/tokens/${consentRealm}/${account}/rejections`,
    `POST /v1/tokens/${consentRealm}/${account}/with-link`,
    `GET /v1/consents/${consentRealm}/${account}/id`,
  ];
}

/** Everything that each principal may do; every other attempt is denied. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  CallerByInvoke: [`invoke VendToken ${clientRealm}`, `invoke live of VendToken ${clientRealm}`],
  CallerWithoutRejections: [`invoke vend-only of VendToken ${clientRealm}`],
  ReaderByApi: ["acme", "other"].map((account) => `GET /v1/tokens/${clientRealm}/${account}`),
  CallerByApi: ["acme", "other"].flatMap((account) => [
    `GET /v1/tokens/${clientRealm}/${account}`,
    `POST /v1/tokens/${clientRealm}/${account}/rejections`,
  ]),
  CallerOfOneAccount: [
    `GET /v1/tokens/${clientRealm}/acme`,
    `POST /v1/tokens/${clientRealm}/acme/rejections`,
  ],
  CallerWithLinks: [`invoke with-links of VendToken ${consentRealm}`],
  CallerWithLinksByApi: ["acme", "other"].flatMap(linkPathsOf),
  CallerOfOneLink: linkPathsOf("acme"),
  // A pattern for all accounts matches what is below them: the path for links has another method.
  VenderByApi: ["acme", "other"].flatMap((account) => [
    `GET /v1/tokens/${consentRealm}/${account}`,
    `POST /v1/tokens/${consentRealm}/${account}/rejections`,
  ]),
  AskerByInvoke: [`invoke BeginConsent ${consentRealm}`],
  AskerByApi: [
    `POST /v1/consents/${consentRealm}/acme`,
    `GET /v1/consents/${consentRealm}/acme/id`,
    `GET /v1/consents/${consentRealm}/other/id`,
  ],
  Completer: [`invoke CompleteConsent ${consentRealm}`],
  SecretOperator: [
    "list functions",
    `invoke RenewTokens ${clientRealm}`,
    ...putsSecrets.map((action) => `${action} of ${clientRealm}`),
  ],
  Freezer: ["acme", "~freeze"].flatMap((end) => [
    `read the freeze of ${clientRealm}/${end}`,
    `freeze ${clientRealm}/${end}`,
  ]),
  Operator: seesStatus,
  Stranger: [],
  [statusReader]: ["BatchGetItem status", "BatchGetItem links", "list keys of connections"],
  [publisherRole]: [
    ...["GetItem status", "BatchGetItem status", "list keys of connections"],
    ...readsFreezes,
    ...publishesEvents,
  ],
};

const template = synthesized(realms, {
  api: { endpointIds: [endpointId] },
  add: addOutsiders,
});
const checks = checksFor(template);

test("every principal with a grant is checked", () => {
  expect(Object.keys(allowed)).toEqual([...outsiderNames, statusReader, publisherRole]);
  const whats = new Set(attemptsOn(deployed(template)).map(({ what }) => what));
  for (const what of Object.values(allowed).flat()) expect(whats).toContain(what);
  expect(whats.size).toBe(attemptsOn(deployed(template)).length);
});

describe.each(Object.entries(allowed))("%s", (name, mine) => {
  test("may do what is granted, and is denied everything else", async () => {
    const asked = checks.filter(({ label }) => label.startsWith(`${name}: `));
    const answers = await decisionsOf(asked);
    const granted = [...answers].filter(([, answer]) => answer === "allowed");
    expect(granted.map(([label]) => label).sort()).toEqual(
      mine.map((what) => `${name}: ${what}`).sort(),
    );
    expect(answers.size).toBeGreaterThan(80);
  });
});

test("granting the status to a principal without policies throws", () => {
  const toNobody: typeof addOutsiders = (vending) =>
    vending.grantStatus(new ServicePrincipal("events.amazonaws.com"));
  for (const kind of ["none", "private"] as const) {
    const api = { kind, endpointIds: [endpointId] };
    expect(() => synthesized(realms, { api, add: toNobody })).toThrow(
      /could not be added|cannot be granted/i,
    );
  }
});

describe("the checks detect that", () => {
  test.each(outsiderMutations)("$name", async ({ change, flips }) => {
    const changed = structuredClone(template);
    change(changed);
    const before = await decisionsOf(checks);
    const after = await decisionsOf(checksFor(changed));
    const flipped = [...before.keys()].filter((label) => before.get(label) !== after.get(label));
    const denied = [...before].flatMap(([label, answer]) => (answer === "denied" ? [label] : []));
    const expected = flips.flatMap((flip) =>
      typeof flip === "string" ? flip : denied.filter((label) => flip.test(label)),
    );
    expect(flipped.sort()).toEqual([...new Set(expected)].sort());
    expect(flipped.length).toBeGreaterThan(0);
  });
});

function checksFor(of: RawTemplate): AccessCheck[] {
  const stack = deployed(of);
  const tries = attemptsOn(stack);
  return outsidersOf(stack, Object.keys(allowed)).flatMap(({ name, roleArn, policies }) =>
    tries.map(({ what, context = {}, ...rest }) => ({
      ...rest,
      context,
      policies,
      label: `${name}: ${what}`,
      expected: allowed[name]?.includes(what) ? "allowed" : "denied",
      principal: roleArn,
    })),
  );
}

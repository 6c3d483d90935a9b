import { describe, expect, test } from "vitest";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { aKeyPair } from "../../support/a-client.ts";
import { refreshCredential } from "../../support/a-consent.ts";
import { issue, summarizeOutcome } from "../../support/an-issuer.ts";

const { pem: privateKey } = aKeyPair("P-256");
const secret = { clientId: "c", clientSecret: "s", privateKey };
const tokenUrl = "https://a.example/token";

/** What signs an assertion, with the error by which a server refuses it, and with its life in seconds. */
const signed: readonly [what: string, realm: RealmInput, error: string, seconds: number][] = [
  [
    "a client's assertion",
    {
      ...{ provider: "client-credentials", environment: "acme", tokenUrl },
      clientAuthentication: "private_key_jwt",
    },
    "invalid_client",
    60,
  ],
  [
    "an assertion that is a grant",
    {
      ...{ provider: "client-credentials", environment: "acme", tokenUrl },
      ...{ clientAuthentication: "grant", grant: "jwt-bearer" },
    },
    "invalid_grant",
    60,
  ],
  [
    "both, of which the client's ends first",
    {
      ...{ provider: "client-credentials", environment: "acme", tokenUrl },
      clientAuthentication: "private_key_jwt",
      ...{ grant: "jwt-bearer", assertion: { lifetimeSeconds: 600 } },
    },
    "invalid_grant",
    60,
  ],
  [
    "both, of which the grant's ends first",
    {
      ...{ provider: "client-credentials", environment: "acme", tokenUrl },
      clientAuthentication: "private_key_jwt",
      ...{ grant: "jwt-bearer", assertion: { lifetimeSeconds: 30 } },
    },
    "invalid_client",
    30,
  ],
  [
    "the assertion of a client with consents",
    {
      ...{ provider: "authorization-code", environment: "acme", tokenUrl },
      authorizeUrl: "https://a.example/authorize",
      clientAuthentication: "private_key_jwt",
    },
    "invalid_client",
    60,
  ],
];

/** Refuses at a time that the server states. We have asked at ten o'clock. */
const refusalAt = (error: string, date: string | undefined, status = 400) => ({
  status,
  body: JSON.stringify({ error }),
  headers: date === undefined ? {} : { date },
});

const onDay = (time: string) => `Fri, 20 Nov 2026 ${time} GMT`;

describe.each(signed)("the refusal of %s", (_, realm, error, seconds) => {
  const outcomeAt = async (date: string | undefined) =>
    issue(realm, secret, refusalAt(error, date), refreshCredential("r"));
  const last = new Date(Date.UTC(2026, 10, 20, 9, 59, 55 + seconds - 1)).toUTCString();
  const end = new Date(Date.UTC(2026, 10, 20, 9, 59, 55 + seconds)).toUTCString();

  test.each([onDay("10:00:00"), onDay("09:59:55"), last, undefined, "yesterday"])(
    "is one of the credentials where the clocks agree, or the server's is not known: %s",
    async (date) => {
      expect(summarizeOutcome(await outcomeAt(date))).toBe("credentials-rejected");
    },
  );

  test.each([onDay("09:59:54"), onDay("09:00:00"), end, onDay("11:00:00")])(
    "is none of the credentials where the assertion was not valid by the server's clock: %s",
    async (date) => {
      expect(summarizeOutcome(await outcomeAt(date))).toBe("provider-unavailable");
    },
  );
});

test.each([
  ["09:58:30", "90 s behind ours"],
  ["10:02:00", "120 s ahead of ours"],
])("the refusal at %s says how the clocks differ, and what to do", async (time, difference) => {
  const [, realm, error] = signed[1] ?? expect.fail("none");
  const outcome = await issue(realm, secret, refusalAt(error, onDay(time)));
  expect(outcome).toMatchObject({
    detail: expect.stringMatching(
      new RegExp(`\\(400, invalid_grant\\).* ${difference}.*set its clock`),
    ),
    mayHaveIssued: false,
  });
});

test("a client secret is refused at any time", async () => {
  const realm: RealmInput = { provider: "client-credentials", environment: "acme", tokenUrl };
  const outcome = await issue(realm, secret, refusalAt("invalid_client", onDay("09:00:00"), 401));
  expect(summarizeOutcome(outcome)).toBe("credentials-rejected");
});

test("a clock does not change what another failure is", async () => {
  const [, realm] = signed[1] ?? expect.fail("none");
  const throttled = refusalAt("slow_down", onDay("09:00:00"), 429);
  expect(summarizeOutcome(await issue(realm, secret, throttled))).toBe("provider-throttled");
});

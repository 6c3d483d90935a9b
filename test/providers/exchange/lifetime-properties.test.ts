import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Issued, NotIssued } from "../../../functions/model/provider.ts";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { at } from "../../support/a-record.ts";
import { issue } from "../../support/an-issuer.ts";

const conferma = {
  provider: "conferma",
  environment: "sandbox",
  tokenUrl: "https://assure.example/token",
} as const;
const send = {
  provider: "send-payments",
  environment: "sandbox",
  tokenUrl: "https://send.example/auth",
} as const;
const oauth = {
  provider: "client-credentials",
  environment: "acme",
  tokenUrl: "https://acme.example/token",
} as const;
const secret = { clientId: "client-1", clientSecret: "canary-secret" };
const providers: readonly [id: string, RealmInput, secret: object, token: string][] = [
  ["Conferma", conferma, { ...secret, platformKey: "platform-1" }, "access_token"],
  ["Send Payments", send, secret, "accessToken"],
  ["an OAuth server", oauth, secret, "access_token"],
];

const dayMs = 86_400_000;
/** Where a provider's clock may stand while ours says ten: anywhere in this century. */
const instants = fc.date({
  min: new Date("2001-01-01T00:00:00Z"),
  max: new Date("2099-01-01T00:00:00Z"),
  noInvalidDate: true,
});
const lifetimes = fc.integer({ min: 1000, max: dayMs });
const offsets = fc.constantFrom("Z", "+00:00", "+13:45", "-09:30");

/** An instant in another offset's local time. */
function written(instant: Date, offset: string): string {
  const [, sign, hours = "0", minutes = "0"] = /^([+-])(\d\d):(\d\d)$/.exec(offset) ?? [];
  const offsetMs = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(instant.getTime() + offsetMs).toISOString().replace("Z", offset);
}

/** A value in place of a provider's time: any JSON, and much that looks right. */
const nonsense = fc.oneof(
  fc.jsonValue(),
  fc.integer(),
  fc.double(),
  fc.string(),
  instants.map((instant) => instant.toISOString()),
  instants.map((instant) => instant.toUTCString()),
  instants.map((instant) => instant.toISOString().slice(0, -1)),
  fc.tuple(instants, offsets).map(([instant, offset]) => written(instant, offset)),
  fc.constantFrom("", "0", "-1", "1e3", "Infinity", "NaN", "２０２６-01-01T00:00:00Z", null),
);

function expectSense(outcome: Issued | NotIssued): void {
  if (outcome.kind === "not-issued") {
    expect(["provider-malformed", "credentials-rejected"]).toContain(outcome.code);
    return;
  }
  const { lifetime, expiresAt } = outcome;
  expect(lifetime.kind).not.toBe("unlimited");
  if (expiresAt) expect(Number.isFinite(expiresAt.getTime())).toBe(true);
  if (lifetime.kind !== "stated") return;
  expect(lifetime.atMostMs).toBeGreaterThan(0);
  expect(lifetime.atMostMs).toBeGreaterThanOrEqual(lifetime.atLeastMs);
  expect(lifetime.atLeastMs).toBeLessThanOrEqual(3651 * dayMs);
}

describe("whatever a provider states about time", () => {
  test.each(providers)(
    "%s: it is understood or refused, and never for ever",
    async (_, realm, shown, tokenName) => {
      const answers = fc.record(
        {
          expires: nonsense,
          issued: nonsense,
          expires_in: nonsense,
          expiresAt: nonsense,
          expiresIn: nonsense,
        },
        { requiredKeys: [] },
      );
      const dates = fc.option(
        fc.oneof(
          fc.string(),
          instants.map((date) => date.toUTCString()),
        ),
        { nil: undefined },
      );
      await fc.assert(
        fc.asyncProperty(answers, dates, async (times, date) => {
          const body = JSON.stringify({ [tokenName]: "t-1", ...times });
          const outcome = await issue(realm, shown, {
            body,
            headers: date === undefined ? {} : { date },
          });
          expectSense(outcome);
        }),
        { numRuns: 1500 },
      );
    },
  );

  test("a span between two instants is a lifetime, wherever the provider's clock stands (P5)", async () => {
    await fc.assert(
      fc.asyncProperty(
        instants,
        lifetimes,
        offsets,
        offsets,
        instants,
        async (issued, ms, one, other, date) => {
          const expires = written(new Date(issued.getTime() + ms), one);
          const body = JSON.stringify({
            access_token: "t-1",
            issued: written(issued, other),
            expires,
          });
          const [, realm, shown] = providers[0] ?? expect.fail();
          const outcome = await issue(realm, shown, {
            body,
            headers: { date: date.toUTCString() },
          });
          expect(outcome).toMatchObject({
            kind: "issued",
            lifetime: { kind: "stated", atLeastMs: ms, atMostMs: ms + 1 },
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  test("an instant alone is measured from the Date header of its own clock, to within the header's second (P5)", async () => {
    await fc.assert(
      fc.asyncProperty(
        instants,
        lifetimes,
        fc.integer({ min: 0, max: 999 }),
        async (sent, ms, part) => {
          const second = new Date(Math.floor(sent.getTime() / 1000) * 1000);
          const expires = new Date(second.getTime() + part + ms).toISOString();
          const [, realm, shown] = providers[0] ?? expect.fail();
          const body = JSON.stringify({ access_token: "t-1", expires });
          const outcome = await issue(realm, shown, {
            body,
            headers: { date: second.toUTCString() },
          });
          expect(outcome).toMatchObject({ kind: "issued", lifetime: { kind: "stated" } });
          if (outcome.kind !== "issued" || outcome.lifetime.kind !== "stated") return;
          expect(outcome.lifetime.atLeastMs).toBeLessThanOrEqual(ms);
          expect(outcome.lifetime.atMostMs).toBeGreaterThanOrEqual(ms);
          expect(outcome.lifetime.atMostMs - outcome.lifetime.atLeastMs).toBe(1000);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("seconds are read as a number or as digits, without any clock (P5)", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 86_400 }),
        fc.boolean(),
        instants,
        async (seconds, isText, date) => {
          for (const [, realm, shown] of [providers[0], providers[2]].filter(
            (each) => each !== undefined,
          )) {
            const body = JSON.stringify({
              access_token: "t-1",
              token_type: "Bearer",
              expires_in: isText ? String(seconds) : seconds,
            });
            const outcome = await issue(realm, shown, {
              body,
              headers: { date: date.toUTCString() },
            });
            expect(outcome).toMatchObject({
              kind: "issued",
              lifetime: { atLeastMs: seconds * 1000, atMostMs: seconds * 1000 + 1000 },
              receivedAt: at("10:00:00.200"),
            });
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

import { describe, expect, test } from "vitest";
import { refusal } from "../../functions/vending/refusal.ts";
import { aFailure, aRecord, at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { early } from "../support/policies.ts";

const now = at("10:00:00.000");
const { connection } = aRecord();
type Reason = Exclude<Parameters<typeof refusal>[0]["reason"], "frozen">;
const refused = (
  reason: Reason,
  record: Parameters<typeof refusal>[2] = null,
  retryAt: Date | null = null,
) =>
  refusal(
    { action: "refuse", code: "validity-unavailable", reason, retryAt },
    connection,
    record,
    now,
  );
const begin =
  "Begin a consent with POST /v1/consents/conferma/production/default or npm run vend -- consent conferma/production/default, and give its link to the person whose account it is.";
const consentOver = aFailure({ code: "consent-required", detail: "The provider refuses it." });

describe("a refusal gives the reason", () => {
  test.each<[Reason, ReturnType<typeof aRecord> | null, string]>([
    ["backing-off", aRecord({ failure: aFailure() }), "The provider answered 503."],
    ["refused", aRecord({ failure: aFailure() }), "The provider answered 503."],
    ["backing-off", aRecord(), "The last attempt failed."],
    ["backing-off", null, "The last attempt failed."],
    [
      "contested",
      aRecord(),
      "Fresh tokens keep being rejected: another issuer is revoking them, or callers report tokens that are not revoked. Find the cause before renewals resume.",
    ],
    ["no-consent", null, `Nobody has consented to this connection. ${begin}`],
    [
      "no-consent",
      aRecord({ failure: aFailure() }),
      `Nobody has consented to this connection. ${begin}`,
    ],
    ["no-consent", aRecord({ failure: consentOver }), `The provider refuses it. ${begin}`],
    [
      "beyond-lifetime",
      aRecord(),
      "No token of this provider is usable for as long as minValiditySeconds demands.",
    ],
    [
      "too-new",
      aRecord(),
      "The stored token is too new to be replaced because of minValiditySeconds.",
    ],
    [
      "never-renewed",
      aRecord(),
      "This key ends sooner than minValiditySeconds demands; put its successor into the secret.",
    ],
  ])("%s", (reason, record, detail) => {
    expect(refused(reason, record)).toMatchObject({
      code: "validity-unavailable",
      message: detail,
    });
  });

  test("and how long to wait, where waiting helps", () => {
    expect(refused("contested").retryAfterSeconds).toBeNull();
    expect(refused("contested", null, at("10:00:07.001")).retryAfterSeconds).toBe(8);
  });
});

test("a request that one renewal does not satisfy is told to retry", async () => {
  const here = new TestDeployment(early);
  here.lifetime = { kind: "stated", atLeastMs: 100_000, atMostMs: 100_000 };
  await here.vend();
  here.clock.advance(50_000);
  here.answer = () => {
    here.sealingKey += 1;
    return here.issued();
  };
  // A process with the old sealing key cannot open what another one seals with the new key.
  const { sealer } = here.dependencies();
  const never = { ...sealer, open: async () => null };
  const vending = here.process({ sealer: never })();
  await expect(vending).rejects.toMatchObject({
    code: "renewal-in-progress",
    message: "This request has caused one renewal and may not cause another.",
    retryAfterSeconds: 1,
  });
});

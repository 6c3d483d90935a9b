import { expect, test } from "vitest";
import { readRealm } from "../../functions/platform/environment.ts";
import type { RealmInput } from "../../functions/platform/realm-settings.ts";
import {
  readStatusEnvironment,
  summarizeRealm,
} from "../../functions/platform/status-environment.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { providerOf } from "../../functions/providers/catalogue.ts";
import { policyOf } from "../../functions/providers/policy-of.ts";

const wire = {
  send: () => Promise.reject(new Error("not sent")),
  clock: systemClock,
  newRequestId: () => "",
};
const tokenUrl = "https://provider.example/token";
const apiBaseUrl = "https://provider.example";
const environment = "test";
const ofTokens = { environment, tokenUrl };
const realms: readonly RealmInput[] = [
  { provider: "conferma", ...ofTokens },
  { provider: "send-payments", ...ofTokens },
  { provider: "send-payments", ...ofTokens, handoverSeconds: 7 },
  { provider: "client-credentials", ...ofTokens },
  { provider: "client-credentials", ...ofTokens, earlySeconds: 7 },
  { provider: "client-credentials", ...ofTokens, onIssue: "revoke" },
  { provider: "client-credentials", ...ofTokens, onIssue: "revoke", earlySeconds: 7 },
  { provider: "cfis", environment, apiBaseUrl },
  { provider: "cfis-provisioning", environment, apiBaseUrl },
  { provider: "centrapay-api-key", environment, apiBaseUrl },
  { provider: "static-key", environment, headerName: "X-Key" },
  { provider: "connectpay", ...ofTokens, authorizeUrl: "https://provider.example/authorize" },
  {
    provider: "authorization-code",
    ...ofTokens,
    authorizeUrl: "https://provider.example/authorize",
    earlySeconds: 7,
  },
];

test.each(realms)("an outline tells the same policy as all settings: %j", (realm) => {
  const REALMS = JSON.stringify([summarizeRealm(realm)]);
  const [outline] = readStatusEnvironment({ TABLE_NAME: "tokens", REALMS }).realms;
  const whole = providerOf(readRealm(JSON.stringify(realm)), wire);
  expect(policyOf(outline ?? expect.fail("no outline"))).toEqual(whole.policy);
});

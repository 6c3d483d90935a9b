import { expect, test } from "vitest";
import { accountOf, connectionOf } from "../../functions/model/connection.ts";

test("a connection is provider, environment and account", () => {
  const realm = { provider: "conferma", environment: "production" } as const;
  expect(connectionOf(realm, "default")).toBe("conferma/production/default");
});

test.each(["default", "jo+1@acme.example", "a=b", "a.b-c_d"])(
  "its account is read back: %s",
  (account) => {
    const realm = { provider: "static-key", environment: "acme.eu-1" } as const;
    expect(accountOf(connectionOf(realm, account))).toBe(account);
  },
);

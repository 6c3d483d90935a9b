import fc from "fast-check";
import { expect, test } from "vitest";
import { readVendRequest } from "../../functions/http/vend-endpoint.ts";
import {
  accountOf,
  accountPattern,
  connectionOf,
  realmName,
  realmOf,
  segmentPattern,
} from "../../functions/model/connection.ts";
import { providerIds } from "../../functions/providers/catalogue.ts";
import { aProxyEvent } from "../support/a-proxy-event.ts";

const realms = fc.record({
  provider: fc.constantFrom(...providerIds),
  environment: fc.stringMatching(segmentPattern),
});
const accounts = fc.stringMatching(accountPattern);

test("a connection splits into the realm and account that made it", () => {
  fc.assert(
    fc.property(realms, accounts, (realm, account) => {
      const connection = connectionOf(realm, account);
      expect(accountOf(connection)).toBe(account);
      expect(realmOf(connection)).toBe(realmName(realm));
      expect(connection.split("/")).toEqual([realm.provider, realm.environment, account]);
    }),
  );
});

test("different realms and accounts are different connections", () => {
  fc.assert(
    fc.property(realms, accounts, realms, accounts, (realm, account, other, another) => {
      const isSame = realmName(realm) === realmName(other) && account === another;
      expect(connectionOf(realm, account) === connectionOf(other, another)).toBe(isSame);
    }),
  );
});

test("any account is read from payload and path as it was given", () => {
  fc.assert(
    fc.property(realms, accounts, (realm, account) => {
      expect(readVendRequest({ account }, realm).account).toBe(account);
      const segments = [realm.provider, realm.environment, account].map(encodeURIComponent);
      const event = aProxyEvent({ path: `/v1/tokens/${segments.join("/")}` });
      expect(readVendRequest(event, realm).account).toBe(account);
    }),
  );
});

test("no other text is an account: neither one of another realm, nor a claim's key", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc
      .tuple(accounts, fc.constantFrom("/", "~", "\n", " ", "%2F", "..", "é"), accounts)
      .map((parts) => parts.join("")),
    accounts.map((account) => `~scope/${account}`),
    accounts.map((account) => account.toUpperCase()),
  );
  const realm = { provider: "conferma", environment: "sandbox" } as const;
  fc.assert(
    fc.property(texts, (account) => {
      const isUnderstood = () => {
        try {
          return readVendRequest({ account }, realm).account === account;
        } catch (error) {
          expect(error).toMatchObject({ code: "unknown-connection" });
          return false;
        }
      };
      const isKey =
        /^[a-z0-9][a-z0-9._@+=-]*$/.test(account) &&
        !account.includes("\n") &&
        account.length <= 63;
      expect(isUnderstood()).toBe(isKey);
    }),
    { numRuns: 2000 },
  );
});

import { randomUUID } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../functions/model/connection.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import type {
  RevocationScopeClaim,
  StandingClaim,
  TokenStore,
} from "../../functions/model/token-store.ts";
import { at } from "./a-record.ts";
import { TABLE } from "./token-table.ts";

const signal = new AbortController().signal;
const realm = { provider: "conferma", environment: "test" } as const;
const aConnection = () => connectionOf(realm, randomUUID());

/** Until the end of a lease that was taken at ten. */
export function aClaim(owner: Connection, time = "10:00:07.000"): RevocationScopeClaim {
  return { owner, until: at(time) };
}

/** What a token store promises of revocation scopes. */
export function describeClaims(
  database: () => { store: TokenStore; client: DynamoDBClient },
): void {
  describe("claiming a revocation scope", () => {
    let store: TokenStore;
    beforeAll(() => {
      ({ store } = database());
    });
    const claim = (
      scope: string,
      mine: RevocationScopeClaim,
      replace: StandingClaim | null = null,
    ) => store.claimRevocationScope(scope, mine, replace, signal);

    it("is granted to one of twenty concurrent connections", async () => {
      const scope = randomUUID();
      const claims = await Promise.all(
        Array.from({ length: 20 }, () => claim(scope, aClaim(aConnection()))),
      );
      const [owner = aConnection(), ...others] = new Set(claims.map((standing) => standing.owner));
      expect(others).toEqual([]);
      expect(await claim(scope, aClaim(aConnection()))).toMatchObject(aClaim(owner));
    });

    it("again extends it", async () => {
      const scope = randomUUID();
      const mine = aConnection();
      await claim(scope, aClaim(mine));
      const again = aClaim(mine, "10:05:07.000");
      expect(await claim(scope, again)).toMatchObject(again);
      expect(await claim(scope, aClaim(aConnection()))).toMatchObject(again);
    });

    it("takes over an unchanged claim, for one of two", async () => {
      const scope = randomUUID();
      const [lapsed, one, other] = [aConnection(), aConnection(), aConnection()];
      const seen = await claim(scope, aClaim(lapsed));
      const claims = await Promise.all([
        claim(scope, aClaim(one, "10:05:00.000"), seen),
        claim(scope, aClaim(other, "10:05:00.000"), seen),
      ]);
      const owners = new Set(claims.map(({ owner }) => owner));
      expect(owners.size).toBe(1);
      expect([one, other]).toContain([...owners][0]);
      expect([...owners]).toEqual([(await claim(scope, aClaim(lapsed))).owner]);
    });

    it("does not take over a claim that its owner has renewed since", async () => {
      const scope = randomUUID();
      const [owner, other] = [aConnection(), aConnection()];
      const seen = await claim(scope, aClaim(owner));
      const renewed = aClaim(owner, "10:05:07.000");
      await claim(scope, renewed);
      expect(await claim(scope, aClaim(other, "10:05:08.000"), seen)).toMatchObject(renewed);
    });

    it.each([
      ["without an end, as releases before 0.2 made it", {}],
      ["with an end beyond dates", { scopeUntil: { N: "9007199254740993" } }],
      ["with an end that is no number", { scopeUntil: { S: "soon" } }],
    ])("takes it from a claim %s", async (_, attributes) => {
      const [scope, owner, other] = [randomUUID(), aConnection(), aConnection()];
      const Item = {
        pk: { S: `conferma/test/~scope/${scope}` },
        scopeOwner: { S: owner },
        ...attributes,
      };
      await database().client.send(new PutItemCommand({ TableName: TABLE, Item }));
      const seen = await claim(scope, aClaim(other));
      expect(seen).toMatchObject({ owner, until: new Date(0) });
      expect(await claim(scope, aClaim(other), seen)).toMatchObject(aClaim(other));
    });

    it.each([
      ["without an owner", {}],
      ["with an owner that is no text", { scopeOwner: { N: "1" } }],
      ["with an empty owner", { scopeOwner: { S: "" } }],
      ["with an owner of another realm", { scopeOwner: { S: "conferma/other/default" } }],
    ])("gives a claim %s to one of two", async (_, attributes) => {
      const [scope, one, other] = [randomUUID(), aConnection(), aConnection()];
      const Item = { pk: { S: `conferma/test/~scope/${scope}` }, ...attributes };
      await database().client.send(new PutItemCommand({ TableName: TABLE, Item }));
      expect(await claim(scope, aClaim(one))).toMatchObject(aClaim(one));
      expect(await claim(scope, aClaim(other))).toMatchObject(aClaim(one));
    });
  });
}

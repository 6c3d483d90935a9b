import { describe, expect, test } from "vitest";
import { lifeInstants, lifeOf } from "../../../cli/console/browser/life.ts";

const at = (seconds: number) => new Date(seconds * 1000).toISOString();
const token = {
  fingerprint: "9f86d081884c",
  issuedAt: at(100),
  renewAt: at(180),
  usableUntil: at(190),
  expiresAt: at(200),
};

describe("the life of a token", () => {
  test("runs from its issue to its expiry", () => {
    expect(lifeOf(token, 150_000)).toEqual({
      kind: "lasting",
      ...{ now: 0.5, usableUntil: 0.9, renewal: 0.8 },
    });
  });

  test("neither begins before its issue nor goes on after its end", () => {
    expect(lifeOf(token, 50_000)).toMatchObject({ now: 0 });
    expect(lifeOf(token, 900_000)).toMatchObject({ now: 1 });
    // Conferma's next token is requested a moment after the expiry.
    expect(lifeOf({ ...token, renewAt: at(201) }, 150_000)).toMatchObject({ renewal: 1 });
  });

  test("ends when the token ceases to be usable, where the provider has stated no expiry", () => {
    const life = lifeOf({ ...token, expiresAt: null }, 145_000);
    expect(life).toMatchObject({ now: 0.5, usableUntil: 1 });
  });

  test("is endless for a key, and there is none without a token", () => {
    const key = { ...token, usableUntil: null, expiresAt: null };
    expect(lifeOf(key, 0)).toEqual({ kind: "endless" });
    expect(lifeOf({ ...token, fingerprint: null }, 0)).toEqual({ kind: "none" });
  });

  test("has its instants named, a handover by that name", () => {
    const labelsOf = (instants: typeof token) => lifeInstants(instants).map(({ label }) => label);
    expect(labelsOf(token)).toEqual(["Issued", "Renewal due", "Usable until", "Expires"]);
    expect(labelsOf({ ...token, renewAt: token.usableUntil })[1]).toBe("Handover");
  });

  test("of a key has no renewal: its secret is only read again", () => {
    const key = { ...token, usableUntil: null, expiresAt: null };
    expect(lifeInstants(key)).toEqual([{ label: "Adopted", at: token.issuedAt }]);
  });
});

import { describe, expect, test } from "vitest";
import type { ImpliedScopes } from "../../functions/model/scopes.ts";
import { scopeDifference, scopesOf } from "../../functions/model/scopes.ts";

const nothingImplied: ImpliedScopes = { isIdentified: false, isRefreshable: false, renamed: {} };

describe("a granted scope differs from the requested one", () => {
  const google = "https://www.googleapis.com/auth/";
  test.each<[rule: string, requested: string, granted: string, withheld: string, added: string]>([
    ["in nothing", "read write", "write read", "", ""],
    ["in one that is missing", "read write", "read", "write", ""],
    ["in one that nobody asked for", "read", "read admin", "", "admin"],
    ["in all, where none is granted", "read write", "", "read write", ""],
    ["not by commas", "repo gist", "repo,gist", "", ""],
    ["by a comma where commas are part of names", "a,b", "a,b c", "", "c"],
    ["not by case", "User.Read", "user.read", "", ""],
    ["not by an address that ends in its name", "User.Read", "https://g.example/User.Read", "", ""],
    ["… or in Google's form of it", "email", `${google}userinfo.email`, "", ""],
    [
      "… but one address stands for one name",
      "https://a.e/r https://b.e/r",
      "https://a.e/r",
      "https://b.e/r",
      "",
    ],
    ["by each that only resembles another", "read", "reader", "read", "reader"],
    ["not twice", "read read", "read read", "", ""],
    ["by openid, where nobody is identified", "openid", "", "openid", ""],
    ["by offline_access without a refresh token", "offline_access", "", "offline_access", ""],
  ])("%s", (_, requested, granted, withheld, added) => {
    const difference = scopeDifference(requested.split(" "), granted, nothingImplied);
    expect(difference).toEqual({ withheld: scopesOf(withheld), added: scopesOf(added) });
  });

  test("not by what a consent is known to include", () => {
    const implied = { ...nothingImplied, isIdentified: true, isRefreshable: true };
    const requested = ["openid", "offline_access", "read"];
    expect(scopeDifference(requested, "read", implied)).toEqual({ withheld: [], added: [] });
  });

  test("not by a name that the settings explain, for several requested ones too", () => {
    const renamed = { "user:email": "user", "user:follow": "user", constructor: "x" };
    const implied = { ...nothingImplied, renamed };
    const requested = ["user", "user:email", "user:follow", "toString"];
    expect(scopeDifference(requested, "user", implied)).toEqual({
      withheld: ["toString"],
      added: [],
    });
  });
});

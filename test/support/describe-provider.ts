import { describe, expect, test } from "vitest";
import { VendingError } from "../../functions/model/errors.ts";
import type { Presentation, RenewalPolicy } from "../../functions/model/provider.ts";
import { StartUpError } from "../../functions/platform/environment.ts";
import type { ProviderId, RealmInput } from "../../functions/providers/catalogue.ts";
import {
  declarationOf,
  needsConsent,
  readRealm,
  readRealmSummaries,
  requiredMembersOf,
  summarizeRealm,
} from "../../functions/providers/catalogue.ts";
import { aProvider, grantOf } from "./an-issuer.ts";

type Settings = Readonly<Record<string, unknown>>;
type Members = Readonly<Record<string, string>>;

/** What a deployment relies on: names, defaults and what follows from them. */
export interface ProviderContract {
  /** Beside `provider` and `environment`. */
  readonly required: Settings;
  /** Beside those of every provider. */
  readonly defaults: Settings;
  /** Beside those of every provider; a value that is not the default. */
  readonly optional: Settings;
  /** `usual`: what the default settings need besides what every setting needs. */
  readonly secret: Readonly<Record<"required" | "optional", Members>> & {
    readonly usual?: Members;
  };
  readonly policies: readonly (readonly [changes: Settings, policy: RenewalPolicy])[];
  readonly presentations: readonly (readonly [changes: Settings, presentation: Presentation])[];
}

const timing = { deadlineMs: 5000, marginMs: 1000 };

/** The settings that are true or false. */
const booleans: ReadonlySet<string> = new Set(["pkce", "dpop"]);

/** Every provider keeps these rules; what is its own is tested beside the call. */
export function describeProvider(provider: ProviderId, contract: ProviderContract): void {
  const required: Settings = { provider, environment: "production", ...contract.required };
  describe(`a realm of ${provider}`, () => describeSettings(required, contract));
  describe(`the secret of ${provider}`, () => describeSecret(required, contract));
  describe(provider, () => describePolicy(required, contract));
}

function describeSettings(required: Settings, { defaults, optional }: ProviderContract): void {
  const common = {
    extraHeaders: { "X-Trace": "1" },
    accountHeaders: { "jo@example.org": { "X-Account": "1" } },
    privateNetworks: ["10.20.0.0/16"],
  };
  const everything = { ...required, ...timing, ...common, ...optional };

  test("needs no more than is required of it, and has the contract's defaults", () => {
    expect(read(required)).toEqual({ ...required, ...timing, ...defaults });
  });

  test("accepts everything that it may have, and the contract names all of it", () => {
    expect(read(everything)).toEqual(everything);
    const { entries } = declarationOf(read(required).provider).settings;
    expect(Object.keys(entries).toSorted()).toEqual(Object.keys(everything).toSorted());
  });

  test.each(Object.keys(required))("is refused without %s, by name", (key) => {
    const { [key]: _, ...others } = required;
    expect(refusalOf(others)).toContain(`REALM: ${key}: `);
  });

  test.each(Object.keys(everything))("is refused with another type of %s, by name", (key) => {
    for (const value of [null, [1], { a: {} }, booleans.has(key) ? "true" : true]) {
      expect(refusalOf({ ...everything, [key]: value })).toMatch(new RegExp(`^REALM: ${key}[.:]`));
    }
  });

  test("is refused with an unknown setting, by name", () => {
    expect(refusalOf({ ...everything, tokenURL: "https://a.example" })).toContain(
      "REALM: tokenURL: ",
    );
  });

  test("is refused with another provider's setting, by name", () => {
    const other = "headerName" in required ? "tokenUrl" : "headerName";
    expect(refusalOf({ ...everything, [other]: "X-Other" })).toContain(`REALM: ${other}: `);
  });
}

function describeSecret(required: Settings, { secret }: ProviderContract): void {
  const needed = { ...secret.required, ...secret.usual };
  const everything = { ...needed, ...secret.optional };
  const names = Object.keys(everything);
  const open = (text: string) => grantOf(read(required), text);
  const withMember = (name: string, value: unknown) =>
    JSON.stringify({ ...everything, [name]: value });
  const malformed = async (text: string) => {
    const error = await open(text).catch((refused: unknown) => refused);
    if (!(error instanceof VendingError)) throw new Error("Accepted, or refused otherwise.");
    expect(JSON.stringify([error.message, error])).not.toContain(canary);
    expect(error.code).toBe("secret-malformed");
    return error.message;
  };

  test("has the contract's members, and a meaning for each", () => {
    const declared = declarationOf(read(required).provider);
    expect(Object.keys(declared.secret).toSorted()).toEqual(names.toSorted());
    // In this order: the command line asks for them in it.
    expect(requiredMembersOf(read(required).provider)).toEqual(Object.keys(secret.required));
    for (const { meaning } of Object.values(declared.secret))
      expect(meaning).toMatch(/^\S.{5,80}[^.]$/);
  });

  test("is accepted as the contract shows it, and without what is optional", async () => {
    await expect(open(JSON.stringify(everything))).resolves.toBeDefined();
    await expect(open(JSON.stringify(needed))).resolves.toBeDefined();
  });

  test("may hold members that the provider does not need", async () => {
    await expect(open(withMember("note", canary))).resolves.toBeDefined();
  });

  test("causes no call to the provider while its members are empty, as 0.2.0 deployed them", async () => {
    const empty = Object.keys(secret.required).map((name) => [name, ""]);
    const message = await malformed(JSON.stringify(Object.fromEntries(empty)));
    expect(Object.keys(secret.required)).toContain(message.split(":")[0]);
  });

  test.each(Object.keys(secret.required))("is refused without %s", async (name) => {
    expect(await malformed(withMember(name, undefined))).toBe(`${name}: is missing.`);
  });

  test.each(Object.keys(secret.required))("is refused with an empty %s, in words", async (name) => {
    const message = await malformed(withMember(name, ""));
    expect(message).toMatch(new RegExp(`^${name}: must (not be empty|be visible)`));
  });

  test.each(names)("is refused with another type than text for %s", async (name) => {
    for (const value of [42, [canary], { canary }, null, true]) {
      expect(await malformed(withMember(name, value))).toMatch(new RegExp(`^${name}: must be `));
    }
  });

  test.each(names.filter((name) => name !== "scope"))(
    "is refused with a line break in %s, as pasting leaves it",
    async (name) => {
      for (const value of [`${canary}\r\n`, `${canary}\n`, `a\r\nX-Evil: ${canary}`]) {
        expect(await malformed(withMember(name, value))).toMatch(new RegExp(`^${name}: must `));
      }
    },
  );

  test.each([
    ["text", canary, "must be JSON."],
    ["broken JSON", `{"apiKey":"${canary}"`, "must be JSON."],
    ["nothing", "", "must be JSON."],
    ["text in quotes", `"${canary}"`, "must be "],
    ["null", "null", "must be "],
    ["a number", "42", "must be "],
  ])("is refused as %s", async (_, text, problem) => {
    expect(await malformed(text)).toContain(`SecretString: ${problem}`);
  });
}

const canary = "canary-9c1f";

function describePolicy(required: Settings, contract: ProviderContract): void {
  test.each(contract.policies)("with %j is renewed by %j", (changes, policy) => {
    expect(aProvider(read({ ...required, ...changes })).provider.policy).toEqual(policy);
  });

  test.each(contract.policies)("with %j tells list-connections the same policy", (changes) => {
    const realm = read({ ...required, ...changes });
    const [summary] = readRealmSummaries(JSON.stringify([summarizeRealm(realm)]));
    expect(summary?.policy).toEqual(aProvider(realm).provider.policy);
  });

  test.each(contract.presentations)("with %j is presented as %j", (changes, presentation) => {
    const { provider } = aProvider(read({ ...required, ...changes }));
    expect(provider.presentation).toEqual(presentation);
  });

  test("is granted by a person where its policy says so, and nowhere else", () => {
    const realm = read(required);
    const { policy, consent } = aProvider(realm).provider;
    expect(consent !== null).toBe(policy.renewal === "by-consent");
    expect(needsConsent(realm.provider)).toBe(policy.renewal === "by-consent");
  });
}

function read(settings: Settings): RealmInput {
  return readRealm(JSON.stringify(settings));
}

/** Why these settings are refused. */
function refusalOf(settings: Settings): string {
  try {
    read(settings);
  } catch (error) {
    if (error instanceof StartUpError) return error.message;
    throw error;
  }
  throw new Error("They are accepted.");
}

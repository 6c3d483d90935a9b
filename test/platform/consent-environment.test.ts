import { describe, expect, test } from "vitest";
import { readConsentEnvironment, StartUpError } from "../../functions/platform/environment.ts";

/** Why a function does not start. */
function refusalOf(variables: Record<string, string>): string {
  try {
    readConsentEnvironment(variables);
  } catch (error) {
    if (error instanceof StartUpError) return error.message;
    throw error;
  }
  throw new Error("It starts.");
}

describe("the consent functions", () => {
  test("call the company by its name", () => {
    const variables = {
      CONSENT_BASE_URL: "https://vend.example",
      CONSENT_REQUESTER: " Müller & Søn ",
    };
    const environment = { baseUrl: "https://vend.example", requester: "Müller & Søn" };
    expect(readConsentEnvironment(variables)).toEqual(environment);
  });

  test.each([undefined, "", " "])("call it by the callback host where the name is %j", (name) => {
    const variables = {
      CONSENT_BASE_URL: "https://vend.example:8443/pages",
      ...(name === undefined ? {} : { CONSENT_REQUESTER: name }),
    };
    expect(readConsentEnvironment(variables).requester).toBe("vend.example");
  });

  test.each(["https://vend.example/prod", "http://127.0.0.1:3000", "http://localhost:3000"])(
    "are reached at %s",
    (baseUrl) => {
      expect(readConsentEnvironment({ CONSENT_BASE_URL: baseUrl }).baseUrl).toBe(baseUrl);
    },
  );

  test("do not start without an address", () => {
    expect(refusalOf({})).toBe("CONSENT_BASE_URL is missing.");
  });

  test.each([
    "vend.example",
    "http://vend.example",
    "https://vend.example/",
    "https://vend.example?",
    "https://vend.example?x=1",
    "https://vend.example#x",
    "https://user@vend.example",
    "https://vend.example/a b",
    "https://vend.example\n",
    "javascript:alert(1)",
  ])("do not start with the address %j", (baseUrl) => {
    expect(refusalOf({ CONSENT_BASE_URL: baseUrl })).toMatch(/^CONSENT_BASE_URL must be an https/);
  });

  test.each(["a".repeat(81), "Acme\nLtd", "Acme\u202eLtd", "Acme\u2028Ltd"])(
    "do not start with the name %j",
    (name) => {
      const variables = { CONSENT_BASE_URL: "https://vend.example", CONSENT_REQUESTER: name };
      expect(refusalOf(variables)).toMatch(/^CONSENT_REQUESTER must be a name/);
    },
  );
});

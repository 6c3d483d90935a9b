import { describe, expect, test } from "vitest";
import { awsEndpoint } from "../../functions/platform/aws-endpoint.ts";

const addressOf = (variables: object, deployed = true, region = "ap-southeast-2") =>
  awsEndpoint("kms", region, { ...variables }, deployed)?.href ?? null;

const local = "http://127.0.0.1:4566/";

describe("the address of a service", () => {
  test("is the one that the SDK's variables state, the service's own first", () => {
    const AWS_ENDPOINT_URL = "https://all.example";
    expect(addressOf({ AWS_ENDPOINT_URL })).toBe("https://all.example/");
    const AWS_ENDPOINT_URL_KMS = "https://kms.example:8443/";
    expect(addressOf({ AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_KMS })).toBe(AWS_ENDPOINT_URL_KMS);
    expect(addressOf({ AWS_ENDPOINT_URL_DYNAMODB: "https://all.example" })).toBe(
      "https://kms.ap-southeast-2.amazonaws.com/",
    );
  });

  test("is AWS's in a deployed function, and unknown where a configuration file might state another", () => {
    const address = "https://kms.ap-southeast-2.amazonaws.com/";
    expect(addressOf({})).toBe(address);
    expect(addressOf({ AWS_ENDPOINT_URL: "" })).toBe(address);
    expect(addressOf({}, false)).toBeNull();
    expect(addressOf({ AWS_ENDPOINT_URL: local }, false)).toBe(local);
  });

  test.each([["cn-north-1"], ["us-gov-west-1"], ["us-iso-east-1"], ["eusc-de-east-1"], ["local"]])(
    "in the partition of %s is left to the SDK",
    (region) => {
      expect(addressOf({}, true, region)).toBeNull();
    },
  );

  test.each([
    ["AWS_ACCOUNT_ID_ENDPOINT_MODE", "required"],
    ["AWS_AUTH_SCHEME_PREFERENCE", "sigv4a"],
    ["AWS_CONFIG_FILE", "/opt/config"],
    ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"],
    ["AWS_PROFILE", "other"],
    ["AWS_SHARED_CREDENTIALS_FILE", "/opt/credentials"],
    ["AWS_USE_DUALSTACK_ENDPOINT", "true"],
    ["AWS_USE_FIPS_ENDPOINT", "true"],
  ])("is left to the SDK where %s is set", (name, value) => {
    expect(addressOf({ [name]: value })).toBeNull();
    expect(addressOf({ [name]: value, AWS_ENDPOINT_URL: "https://all.example" })).toBeNull();
  });

  test("of a deployed function is never without TLS", () => {
    expect(addressOf({ AWS_ENDPOINT_URL: local })).toBeNull();
  });

  test.each([
    ["with a path", "https://proxy.example/kms"],
    ["with a query", "https://proxy.example/?kms"],
    ["with credentials", "https://me:canary@proxy.example/"],
    ["of another protocol", "ftp://proxy.example/"],
    ["that is none", "proxy.example"],
  ])("%s is left to the SDK", (_, AWS_ENDPOINT_URL) => {
    expect(addressOf({ AWS_ENDPOINT_URL })).toBeNull();
    expect(addressOf({ AWS_ENDPOINT_URL }, false)).toBeNull();
  });
});

import { describe, expect, test } from "vitest";
import { readEnvironment, StartUpError } from "../../functions/platform/environment.ts";
import {
  checkDeployedBaseUrl,
  checkDeployedEnvironment,
  checkDeployedVariables,
  isDeployed,
} from "../../functions/platform/start-up-checks.ts";
import { readRealm } from "../../functions/providers/catalogue.ts";

/** Why a function does not start; null when it does. */
function refusal(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof StartUpError) return error.message;
    throw error;
  }
}

const variablesRefusal = (
  variables: Record<string, string | undefined>,
  execArgv: readonly string[] = [],
) => refusal(() => checkDeployedVariables(variables, execArgv));

describe("a function is deployed", () => {
  test.each([
    ["where Lambda says so", { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" }, true],
    ["not where nothing says so", {}, false],
    ["not on other services", { AWS_EXECUTION_ENV: "AWS_ECS_FARGATE" }, false],
    ["not by another variable", { AWS_LAMBDA_FUNCTION_NAME: "AWS_Lambda_" }, false],
  ])("%s", (_, variables, expected) => {
    expect(isDeployed(variables)).toBe(expected);
  });
});

describe("a deployed function does not start with", () => {
  const names = [
    ...["NODE_TLS_REJECT_UNAUTHORIZED", "NODE_EXTRA_CA_CERTS", "NODE_USE_SYSTEM_CA"],
    ...["SSL_CERT_FILE", "SSL_CERT_DIR", "AWS_CA_BUNDLE", "OPENSSL_CONF", "OPENSSL_MODULES"],
    ...["SSLKEYLOGFILE", "NODE_DEBUG", "NODE_DEBUG_NATIVE", "HTTP_PROXY", "HTTPS_PROXY"],
    ...["ALL_PROXY", "NODE_USE_ENV_PROXY", "AWS_LAMBDA_EXEC_WRAPPER"],
    ...["http_proxy", "https_proxy", "all_proxy"],
  ];
  test.each(names)("%s, and says which variable, why and what to do", (name) => {
    const said = variablesRefusal({ [name]: "canary" });
    expect(said).toMatch(new RegExp(`^${name} is set, but .+\\. Remove it\\.$`));
    expect(said).not.toContain("canary");
    expect(variablesRefusal({ [name]: "" })).toBeNull();
  });

  test.each([
    "--insecure-http-parser",
    "--insecure_http_parser",
    '"--insecure-http-parser"',
    "--enable-source-maps --use-system-ca",
    "--use-openssl-ca",
    "--tls-min-v1.0",
    "--tls-keylog=keys",
    "--trace-tls",
    "--inspect=0.0.0.0:9229",
    "--require ./other.js",
    "-r ./other.js",
    "--import=./other.js",
    "--use-env-proxy",
    "--enable-source-maps=x",
    "--max-old-space-size=x",
    "--what-node-adds-next",
  ])("NODE_OPTIONS=%s", (options) => {
    expect(variablesRefusal({ NODE_OPTIONS: options })).toBe(
      "NODE_OPTIONS may only set memory sizes, --stack-trace-limit and --enable-source-maps. Remove the rest.",
    );
  });

  test.each([
    "--insecure-http-parser",
    "--insecure_http_parser",
    "--use-system-ca",
    "--use-openssl-ca",
    "--use-env-proxy",
    "--openssl-config=x",
    "--tls-min-v1.0",
    "--tls-keylog=x",
    "--trace-tls",
    "--inspect",
    "--inspect-brk=9229",
    "--security-revert=CVE-1",
    "--experimental-network-inspection",
  ])("the argument %s of Node", (option) => {
    const [name] = option.split("=");
    expect(variablesRefusal({}, ["--expose-gc", option])).toBe(
      `Node runs with ${name}, which weakens it. Start it without.`,
    );
  });

  test.each([
    ["AWS_ENDPOINT_URL", "http://dynamodb.ap-southeast-2.amazonaws.com"],
    ["AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:4566"],
    ["AWS_ENDPOINT_URL_KMS", "https://localhost:4566"],
    ["AWS_ENDPOINT_URL_DYNAMODB", "https://169.254.169.254"],
    ["AWS_ENDPOINT_URL_DYNAMODB", "nonsense"],
  ])("%s=%s", (name, value) => {
    expect(variablesRefusal({ [name]: value })).toBe(
      `${name} must be an https address of another host. Change it.`,
    );
  });
});

test("a deployed function starts with what Lambda and operators set", () => {
  const variables = {
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_REGION: "ap-southeast-2",
    AWS_ENDPOINT_URL_KMS: "https://vpce-1.kms.ap-southeast-2.vpce.amazonaws.com",
    NODE_PATH: "/opt/nodejs/node_modules",
    NODE_OPTIONS: "--enable-source-maps --max-old-space-size=900 --stack-trace-limit 50",
    NO_PROXY: "*",
    TZ: ":UTC",
  };
  expect(
    variablesRefusal(variables, ["--expose-gc", "--max-http-header-size", "81920"]),
  ).toBeNull();
});

describe("a deployed realm", () => {
  const kms = "arn:aws:kms:ap-southeast-2:111122223333:key/1234abcd";
  const realmRefusal = (settings: object, key = kms) => {
    const realm = { provider: "centrapay-user", environment: "test", ...addresses, ...settings };
    const environment = readEnvironment(
      { TABLE_NAME: "t", REALM: JSON.stringify(realm), SECRET_PREFIX: "p", SEALING_KEY: key },
      readRealm,
    );
    return refusal(() => checkDeployedEnvironment(environment));
  };
  const addresses = {
    issuer: "https://issuer.example",
    authorizeUrl: "https://auth.example/authorize",
    tokenUrl: "https://auth.example/token",
    jwksUrl: "https://issuer.example/jwks",
    revokeUrl: "https://auth.example/revoke",
    apiBaseUrl: "https://api.example",
  };

  test("starts with public https addresses and a KMS key", () => {
    expect(realmRefusal({})).toBeNull();
    expect(realmRefusal({ tokenUrl: "https://8.8.8.8/token" })).toBeNull();
  });

  test("does not start with a local key, which it does not print", () => {
    const key = Buffer.alloc(32, 7).toString("base64");
    const said = realmRefusal({}, `local:${key}`);
    expect(said).toBe("SEALING_KEY must be the ARN of a KMS key: a local key protects nothing.");
  });

  test.each(Object.keys(addresses))("does not start with a loopback %s", (name) => {
    for (const address of ["http://127.0.0.1:1", "https://localhost/x", "https://[::1]/x"]) {
      expect(realmRefusal({ [name]: address })).toBe(
        `REALM: ${name}: must be an https address of a public host, or of a network in privateNetworks`,
      );
    }
  });

  test.each([
    "https://127.1/",
    "https://2130706433/",
    "https://a.localhost/",
    "https://localhost./",
    "https://0.0.0.0/",
    "https://[::ffff:127.0.0.1]/",
    "https://10.1.2.3/",
    "https://169.254.169.254/",
    "https://[fd00:ec2::254]/",
  ])("does not start with %s, however it is written", (tokenUrl) => {
    expect(realmRefusal({ tokenUrl })).toMatch(/^REALM: tokenUrl: /);
  });

  test("starts with an address of a network that a setting allows", () => {
    const tokenUrl = "https://10.20.0.9/token";
    expect(realmRefusal({ tokenUrl })).toMatch(/^REALM: tokenUrl: /);
    expect(realmRefusal({ tokenUrl, privateNetworks: ["10.20.0.0/16"] })).toBeNull();
  });

  test.each(["http://127.0.0.1:1", "https://localhost", "https://10.0.0.1"])(
    "does not start with %s for the consent host",
    (baseUrl) => {
      expect(refusal(() => checkDeployedBaseUrl(baseUrl))).toMatch(/^CONSENT_BASE_URL must be /);
    },
  );

  test("starts with a public consent host", () => {
    expect(refusal(() => checkDeployedBaseUrl("https://vend.example/live"))).toBeNull();
  });
});

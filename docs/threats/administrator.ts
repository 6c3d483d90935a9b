import type { Threat } from "./threat.ts";

/** An operator who may also change roles, keys, secrets or the functions' variables; or who does so by mistake. */
export const threatsOfAnAdministrator: readonly Threat[] = [
  {
    name: "administrator",
    arrow: "KMS",
    asset: "tokens",
    kind: "E",
    threat: "gives somebody a lasting grant of the key, or uses it for something else than a token",
    mitigation:
      "the key's policy allows use within a connection's encryption context, and no grants, even to a role with `kms:*`",
    test: [
      "test/infra/sealing-key.test.ts",
      "the key's policy limits even a role with kms:*",
      "without a connection it denies %s",
    ],
    removal: {
      file: "infra/constructs/token-vending-state.ts",
      from: "      policy: sealingKeyPolicy(),\n",
      to: "",
    },
  },
  {
    name: "administrator-of-everything",
    arrow: "KMS",
    asset: "tokens",
    kind: "E",
    threat: "decrypts with a connection as context, reads secrets, or changes the key's policy",
    accepted:
      "an administrator of the account can: without the account nobody could change the key's policy, and the roles that need the key are in another stack (decision 0029). CloudTrail has every Decrypt with its connection",
  },
  {
    name: "api-log-role",
    arrow: "log",
    asset: "evidence",
    kind: "I",
    threat: "uses the role by which API Gateway writes the account's logs to read other logs",
    mitigation: "the role reads and creates the log groups that API Gateway makes itself",
    test: ["test/infra/api-logging.test.ts", "API Gateway may do no more: %s %s"],
    removal: {
      file: "infra/constructs/api-logging.ts",
      from: '"logs:FilterLogEvents"], ownGroups]',
      to: '"logs:FilterLogEvents"], ["*"]]',
    },
  },
  {
    name: "api-log-role-writes",
    arrow: "log",
    asset: "evidence",
    kind: "T",
    threat: "uses that role to add lines to other log groups",
    accepted:
      "API Gateway has one such role for all REST APIs of an account and Region, whose access logs go to groups of any name; only API Gateway can assume it, and it can delete nothing. An account that has one should not deploy ours",
  },
  {
    name: "local-sealing-key",
    arrow: "deployment",
    asset: "tokens",
    kind: "I",
    threat: "deploys with a `local:` sealing key, which whoever may read the variables can read",
    mitigation: "a deployed function does not start with one",
    test: [
      "test/platform/start-up-checks.test.ts",
      "a deployed realm",
      "does not start with a local key, which it does not print",
    ],
    removal: {
      file: "functions/platform/start-up-checks.ts",
      from: 'if (sealingKey.kind === "local") {',
      to: "if (false) {",
    },
  },
  {
    name: "local-addresses",
    arrow: "deployment",
    asset: "secrets",
    kind: "S",
    threat: "deploys with http or loopback addresses, which were meant for a laptop",
    mitigation:
      "a deployed function takes https addresses of public hosts, or of networks that a setting allows",
    test: [
      "test/platform/start-up-checks.test.ts",
      "a deployed realm",
      "does not start with a loopback %s",
    ],
    removal: {
      file: "functions/platform/start-up-checks.ts",
      from: "isWebAddress(value) && !isDeployedAddress(value, realm.privateNetworks)",
      to: "isWebAddress(value) && !isSafeAddress(value)",
    },
  },
  {
    name: "redirected-requests-to-aws",
    arrow: "deployment",
    asset: "secrets",
    kind: "S",
    threat:
      "sets an endpoint of AWS without TLS, or on a private address, where somebody else answers",
    mitigation: "a deployed function takes https endpoints of public or named hosts only",
    test: [
      "test/platform/start-up-checks.test.ts",
      "a deployed function does not start with",
      "%s=%s",
    ],
    removal: {
      file: "functions/platform/start-up-checks.ts",
      from: 'name.startsWith("AWS_ENDPOINT_URL") && value && !isDeployedAddress(value)',
      to: 'name === "AWS_ENDPOINT_URL" && value && !isDeployedAddress(value)',
    },
  },
  {
    name: "requests-printed-by-node",
    arrow: "deployment",
    asset: "tokens",
    kind: "I",
    threat: "sets NODE_DEBUG to find a fault, by which Node prints requests with their tokens",
    mitigation: "a deployed function does not start with it",
    test: [
      "test/platform/start-up-checks.test.ts",
      "a deployed function does not start with",
      "%s, and says which variable, why and what to do",
    ],
    removal: {
      file: "functions/platform/start-up-checks.ts",
      from: "  NODE_DEBUG: printing,\n",
      to: "",
    },
  },
  {
    name: "requests-through-a-proxy",
    arrow: "deployment",
    asset: "secrets",
    kind: "I",
    threat: "has Node send its requests through a proxy",
    mitigation: "a deployed function does not start with a variable of a proxy",
    test: [
      "test/platform/start-up-checks.test.ts",
      "a deployed function does not start with",
      "%s, and says which variable, why and what to do",
    ],
    removal: {
      file: "functions/platform/start-up-checks.ts",
      from: "  NODE_USE_ENV_PROXY: proxy,\n",
      to: "",
    },
  },
  {
    name: "options-of-node",
    arrow: "deployment",
    asset: "tokens",
    kind: "E",
    threat: "sets NODE_OPTIONS to load other code, to listen for a debugger or to weaken TLS",
    mitigation: "a deployed function takes known harmless options only, whatever Node adds",
    test: [
      "test/platform/start-up-checks.test.ts",
      "a deployed function does not start with",
      "NODE_OPTIONS=%s",
    ],
    removal: {
      file: "functions/platform/start-up-checks.ts",
      from: "!options.every((option) => harmlessOption.test(option))",
      to: "options.some((option) => weakeningOption.test(option))",
    },
  },
  {
    name: "half-a-character-in-a-secret",
    arrow: "Secrets Manager",
    asset: "availability",
    kind: "D",
    threat: "stores a secret with half a surrogate pair, so that each issue ends in a defect",
    mitigation: "a secret with one is malformed, and its member is named",
    test: [
      "test/providers/declaration/secret.test.ts",
      "no member holds half a surrogate pair: %j",
    ],
    removal: {
      file: "functions/providers/declaration/parse-secret.ts",
      from: "if (broken) throw secretMalformed({ field: broken, problem: half });",
      to: "",
    },
  },
];

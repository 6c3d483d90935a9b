import type { Threat } from "./threat.ts";

/** Anybody, without a link. */
export const threatsOfTheInternet: readonly Threat[] = [
  {
    name: "page-in-a-frame",
    arrow: "pages",
    asset: "consents",
    kind: "S",
    threat: "shows our page in a frame, so that a person clicks unawares",
    mitigation: "the content security policy forbids frames",
    test: [
      "test/http/pages/consent-pages.test.ts",
      "every page",
      "allows its one style by hash, and a form only where there is one",
    ],
    removal: {
      file: "functions/http/pages/page.ts",
      from: "\"frame-ancestors 'none'\",",
      to: "",
    },
  },
  {
    name: "guessed-link",
    arrow: "pages",
    asset: "consents",
    kind: "S",
    threat: "guesses a link or a cookie",
    mitigation: "both have 256 random bits",
    test: [
      "test/platform/node-browser-secrets.test.ts",
      "secrets and salts are long, and never the same",
    ],
    removal: {
      file: "functions/platform/node-browser-secrets.ts",
      from: "randomBytes(32)",
      to: "randomBytes(8)",
    },
  },
  {
    name: "link-without-iam",
    arrow: "pages",
    asset: "consents",
    kind: "E",
    threat: "asks the public host for a link, where its routes are too wide",
    mitigation: "the function makes links for callers that IAM has authorized",
    test: [
      "test/http/begin-consent-endpoint.test.ts",
      "an HTTP API",
      "makes none for other callers: %j",
    ],
    removal: {
      file: "functions/http/begin-consent-endpoint.ts",
      from: "  requireIam(event);\n",
      to: "",
    },
  },
  {
    name: "operator-actions-over-http",
    arrow: "pages",
    asset: "consents",
    kind: "E",
    threat: "sends an operator's request, such as to end a consent, to the public host",
    mitigation: "operators' requests are taken by direct invocation only",
    test: [
      "test/http/complete-consent-endpoint.test.ts",
      "nothing that operators do can be done through %s",
    ],
    removal: {
      file: "functions/http/complete-consent-endpoint.ts",
      from: "if (isProxyEvent(event)) throw unknownPath();",
      to: 'if (isProxyEvent(event)) return readCompleteRequest(JSON.parse(event.body ?? "{}"));',
    },
  },
  {
    name: "cookie-of-a-sibling-host",
    arrow: "callback",
    asset: "consents",
    kind: "S",
    threat: "sets our cookie from a sibling host, so that a victim finishes a foreign request",
    mitigation: "the cookie's name begins with `__Host-`",
    test: [
      "test/consents/attacks.test.ts",
      "fixation",
      "by a cookie from a sibling host is impossible because of its name",
    ],
    removal: {
      file: "functions/http/pages/web-request.ts",
      from: "`__Host-consent-",
      to: "`consent-",
    },
  },
  {
    name: "second-cookie",
    arrow: "callback",
    asset: "consents",
    kind: "S",
    threat: "adds a second cookie of the same name",
    mitigation: "duplicate cookies are ignored",
    test: [
      "test/consents/attacks.test.ts",
      "fixation",
      "by a second cookie of the same name makes both count as missing",
    ],
    removal: {
      file: "functions/http/pages/web-request.ts",
      from: "return others.length === 0 && secretShape",
      to: "return secretShape",
    },
  },
  {
    name: "repeated-parameter",
    arrow: "callback",
    asset: "consents",
    kind: "T",
    threat: "repeats a parameter, of which a proxy and we use different values",
    mitigation: "a callback with a repeated parameter is refused",
    test: ["test/consents/foreign-input.test.ts", "parameters given twice", "are refused: %s"],
    removal: {
      file: "functions/consents/complete-consent.ts",
      from: "const state = hasRepetition(parameters) ? null : readState",
      to: "const state = readState",
    },
  },
  {
    name: "too-many-requests",
    arrow: "pages",
    asset: "availability",
    kind: "D",
    threat: "sends more requests than the account's functions can take",
    mitigation: "the host takes 20 requests a second",
    test: [
      "test/infra/consent-host.test.ts",
      "is throttled, and logs routes, never paths, which contain links",
    ],
    removal: {
      file: "infra/constructs/consent-host.ts",
      from: "throttle: { rateLimit: requestsPerSecond, burstLimit: 2 * requestsPerSecond },",
      to: "",
    },
  },
  {
    name: "junk-locks-people-out",
    arrow: "pages",
    asset: "availability",
    kind: "D",
    threat: "uses up those 20 requests a second",
    accepted:
      "the limit is one for all, and there is no firewall: during an attack nobody can consent. Vending does not pass this host and goes on; put a CDN with limits for each address in front",
  },
];

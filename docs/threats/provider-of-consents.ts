import type { Threat } from "./threat.ts";

/** What a provider can do to people who consent, to operators and to callers. */
export const threatsToPeopleAndCallers: readonly Threat[] = [
  {
    name: "terminal-escapes",
    arrow: "operator's commands",
    asset: "evidence",
    kind: "T",
    threat: "names a customer with control characters, which rewrite the operator's terminal",
    mitigation: "the command line replaces control characters",
    test: ["test/cli/run.test.ts", "consent", "strips terminal control characters from names"],
    removal: {
      file: "cli/plain-json.ts",
      from: 'return text.replaceAll(/[^\\P{Cc}\\n]/gu, "\\ufffd");',
      to: "return text;",
    },
  },
  {
    name: "forged-identity",
    arrow: "token request",
    asset: "consents",
    kind: "S",
    threat: "answers with an ID token that the OpenID provider has not signed",
    mitigation: "an ID token needs a signature by a key of the realm's JWK set",
    test: [
      "test/providers/oauth/id-token.test.ts",
      "an ID token",
      "signed by another key of that name is refused",
    ],
    removal: {
      file: "functions/providers/oauth/id-token.ts",
      from: "if (await isSigned(answer, expected, keys.url, set)) return null;",
      to: "return null;",
    },
  },
  {
    name: "another-person-at-refresh",
    arrow: "token request",
    asset: "consents",
    kind: "S",
    threat: "answers a refresh with the token of another person",
    mitigation: "the subject at a refresh must be the one that consented",
    test: [
      "test/providers/centrapay-user.test.ts",
      "a refresh",
      "of one person never returns a token of another",
    ],
    removal: {
      file: "functions/providers/oauth/identity.ts",
      from: 'return credential.kind === "code" || credential.isSamePerson(subject);',
      to: 'return credential.kind === "code" || subject !== "";',
    },
  },
  {
    name: "keys-fetched-without-end",
    arrow: "token request",
    asset: "availability",
    kind: "D",
    threat: "sends ID tokens of unknown keys, so that each one costs a further request",
    mitigation: "keys are fetched again once a minute for the same cause",
    test: [
      "test/providers/oauth/id-token.test.ts",
      "the provider's keys",
      "are not fetched for every token that names an unknown one",
    ],
    removal: {
      file: "functions/providers/oauth/jwks-cache.ts",
      from: "if (sinceMs && sinceMs() < retryMs) return null;",
      to: "",
    },
  },
  {
    name: "mixed-up-providers",
    arrow: "callback",
    asset: "refresh tokens",
    kind: "S",
    threat: "sends a browser back to another provider's callback, to get that one's code",
    mitigation: "a stated issuer must be the realm's (RFC 9207); each realm has its own address",
    test: [
      "test/providers/oauth/consent-flow.test.ts",
      "the issuer in a callback (RFC 9207)",
      "is exactly the configured one, on any host",
    ],
    removal: {
      file: "functions/providers/oauth/authorization-response.ts",
      from: "if (issuer !== null && !isIssuer(issuer)) return mismatch;",
      to: "",
    },
  },
  {
    name: "script-in-a-name",
    arrow: "pages",
    asset: "consents",
    kind: "T",
    threat: "names a customer or a scope in HTML, which runs on our page",
    mitigation: "every piece of a page is escaped",
    test: [
      "test/consents/foreign-input.test.ts",
      "untrusted text",
      "as customer or scope is shown as text",
    ],
    removal: {
      file: "functions/http/pages/html.ts",
      from: 'return text.replace(/[&<>"\']/g, (character) => references[character] ?? "");',
      to: "return text;",
    },
  },
  {
    name: "redirected-token",
    arrow: "provider's API",
    asset: "tokens",
    kind: "I",
    threat: "redirects a caller's request, with its token, to another host",
    mitigation: "the client follows no redirect",
    test: [
      "test/client/token-fetch.test.ts",
      "the credential is sent to the requested address only",
      "a redirect is the response (redirect: %s)",
    ],
    removal: {
      file: "client/token-fetch.ts",
      from: 'init.redirect === "error" ? "error" : "manual"',
      to: '"follow"',
    },
  },
];

import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { providerIds } from "../functions/providers/catalogue.ts";
import { ping } from "../local/local-realm.ts";
import type { Providers } from "../local/providers.ts";
import { startProviders } from "../local/providers.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every file of a folder, as a path from the project's root, with its text. */
/** Where there is code. */
const folders = [
  "bench",
  "cli",
  "client",
  "docs",
  "functions",
  "infra",
  "local",
  "openapi",
  "site",
  "test",
];

function filesIn(folder: string): { path: string; text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name))
    .filter(({ parentPath }) => !/\/(node_modules|dist)(\/|$)/.test(parentPath))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(root, path), text: readFileSync(path, "utf8") }));
}

const pathsWith = (folder: string, pattern: RegExp) =>
  filesIn(folder)
    .filter(({ text }) => pattern.test(text))
    .map(({ path }) => path)
    .sort();

/** Where a token or a secret leaves its wrapping, and why it must. */
const mayExpose: Readonly<Record<string, string>> = {
  "functions/consents/begin-consent.ts": "the link becomes an address",
  "functions/consents/authorization-request.ts":
    "the state that a browser carries ends in its proof",
  "functions/consents/follow-link.ts": "the link's form is looked at",
  "functions/consents/offer-link.ts": "the form of a link that was sealed is looked at",
  "functions/consents/link-proof.ts": "the end that its proof states is no secret",
  "functions/http/pages/consent-results.ts": "a browser keeps its result with its signature",
  "functions/http/problem.ts": "the answer to a caller who may ask people has the link",
  "functions/http/pages/web-request.ts": "the browser keeps its secret in a cookie",
  "functions/http/vend-endpoint.ts": "the answer to the caller is the token",
  "functions/model/token-record.ts": "a token and its key are sealed as one text",
  "functions/platform/http-request.ts": "the certificate's key goes into the TLS handshake",
  "functions/platform/node-browser-secrets.ts": "links are hashed, and proofs made with the secret",
  "functions/providers/conferma.ts": "the platform key goes into the request's body",
  "functions/providers/declaration/parse-secret.ts":
    "the secret's text is parsed, each member wrapped again",
  "functions/providers/declaration/secret-oddities.ts":
    "how the text looks is named, and no text of it answered",
  "functions/providers/exchange/key-check.ts": "the key goes into the probe's header",
  "functions/providers/exchange/token-request.ts": "the token is read, and wrapped again",
  "functions/providers/oauth/assertion.ts": "the key signs an assertion",
  "functions/providers/oauth/assertion-key.ts": "the kind of the key is looked at",
  "functions/providers/oauth/client-authentication.ts":
    "the client secret goes into the request's header or body",
  "functions/providers/oauth/client-certificate.ts": "the key is compared with its certificate",
  "functions/providers/oauth/code-issuer.ts":
    "the code or refresh token goes into the request's body, with the code verifier",
  "functions/providers/oauth/configured-grant.ts":
    "a token that is exchanged, or a password, goes into the request's body",
  "functions/providers/oauth/consent-flow.ts":
    "the code challenge is made of its verifier, and a refresh token is sent to be revoked",
  "functions/providers/oauth/exchange-secrets.ts":
    "the provider's text is compared with every secret of its exchange",
  "functions/providers/oauth/proof-of-possession.ts":
    "the key signs a proof, which has the token's hash",
  "functions/providers/send-payments.ts": "the client secret goes into the request's body",
  "functions/sealing/sealed-layouts.ts":
    "the token is sealed under a key derived from the data key",
  "functions/vending/check-secret.ts": "two versions of a secret are compared",
  "functions/vending/issuing/commit-token.ts": "the token's fingerprint is taken",
  "functions/consents/refuse-owner.ts": "the token's fingerprint is taken",
  "functions/vending/issuing/stored-consent.ts": "the refresh token's fingerprint is taken",
};

describe("secrets", () => {
  test("are unwrapped only in the listed files", () => {
    expect(pathsWith("functions", /\.expose\b/)).toEqual(Object.keys(mayExpose).sort());
  });

  test("are not cast to a type that would print them", () => {
    expect(pathsWith("functions", /Sensitive\s+as\s|\bas unknown as\b|\bas any\b/)).toEqual([]);
  });
});

describe("time and chance", () => {
  test("are parameters: only the platform's clock and compose.ts read the machine's", () => {
    const asking =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\bhrtime\b|\brandomUUID\b/;
    expect(pathsWith("functions", asking)).toEqual([
      "functions/compose.ts",
      "functions/platform/system-clock.ts",
    ]);
  });

  test("only the platform's clock waits", () => {
    const waiting = /\bsetTimeout\b|\bsetInterval\b|\bAbortSignal\.timeout\b/;
    expect(pathsWith("functions", waiting)).toEqual(["functions/platform/system-clock.ts"]);
  });
});

describe("the environment", () => {
  test("is read by entry points alone", () => {
    const entries = readdirSync(join(root, "functions")).filter((name) => name.endsWith(".ts"));
    const readers = pathsWith("functions", /\bprocess\.env\b/);
    for (const path of readers) expect(entries).toContain(path.replace("functions/", ""));
  });

  test("does not tell that a stack is local", () => {
    const telling = pathsWith("functions", /AWS_ENDPOINT_URL|NODE_ENV|isLocal|LOCALSTACK/);
    // One follows the SDK's own variables, the other refuses endpoints without TLS where Lambda runs it.
    expect(telling).toEqual([
      "functions/platform/aws-endpoint.ts",
      "functions/platform/start-up-checks.ts",
    ]);
  });
});

/** Files of at most 35 lines that one other file imports, and what makes each a boundary. */
const smallBoundaries: Readonly<Record<string, string>> = {
  "functions/http/proof-of-request.ts": "what most realms' vends never load",
  "functions/platform/aws-endpoint.ts": "decides what is left to the SDK, by itself and tested so",
  "functions/platform/aws-http-handler.ts": "a part of the SDK's, loaded with it",
  "functions/platform/json-log.ts": "the adapter of the port Log",
  "functions/platform/node-browser-secrets.ts": "the adapter of the port BrowserSecrets",
  "functions/platform/system-clock.ts": "the adapter of the port Clock, the only file that waits",
  "functions/providers/centrapay-api-key.ts": "a provider's declaration",
  "functions/providers/cfis-provisioning.ts": "a provider's declaration",
  "functions/providers/cfis.ts": "a provider's declaration",
  "functions/providers/static-key.ts": "a provider's declaration",
  "functions/sealing/local-sealer.ts": "the adapter of the port Sealer without KMS",
  "functions/sealing/sdk-kms.ts": "loads the SDK's client of KMS",
  "functions/vending/warm-up.ts": "the only use case that nobody asks for",
};

describe("a file of functions/", () => {
  const files = filesIn("functions");
  const lengthOf = (text: string) => text.split("\n").length - 1;
  const importsOf = ({ path, text }: { path: string; text: string }) =>
    [...text.matchAll(/\b(?:from|import\()\s*"(\.[^"]+)"/g)].map(([, to = ""]) =>
      join(dirname(path), to),
    );
  const importers = new Map(files.map(({ path }) => [path, new Set<string>()]));
  for (const file of files) for (const to of importsOf(file)) importers.get(to)?.add(file.path);

  test("has more than 35 lines or several users, unless it is a boundary", () => {
    // What nobody imports is an entry file.
    const small = files.filter(
      ({ path, text }) => lengthOf(text) <= 35 && importers.get(path)?.size === 1,
    );
    expect(small.map(({ path }) => path).sort()).toEqual(Object.keys(smallBoundaries));
  });

  test("has at most 250 lines", () => {
    expect(files.filter(({ text }) => lengthOf(text) > 250).map(({ path }) => path)).toEqual([]);
  });

  /** The command line's: operators write freezes, and read records, with their own roles. */
  const operators = new Set([
    "functions/store/dynamodb-freezes.ts",
    "functions/store/dynamodb-operator-record.ts",
  ]);

  test("that no other file imports is an entry file, or an operator's", () => {
    const entries = files.filter(
      ({ path }) => importers.get(path)?.size === 0 && !operators.has(path),
    );
    expect(entries.map(({ path }) => path).sort()).toEqual([
      "functions/begin-consent.ts",
      "functions/complete-consent.ts",
      "functions/list-connections.ts",
      "functions/publish-events.ts",
      "functions/renew-tokens.ts",
      "functions/vend-token.ts",
    ]);
  });
});

/** Exported names that more than one file declares, and why each may. */
const mayBeShared: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["bundle", "bundleFunctions", "bundlesFolder"].map((name) => [
      name,
      "the builder of the package puts one in the place of the other",
    ]),
  ),
  handler: "Lambda loads each entry file by this name",
  html: "the simulators' pages must not import those of the product",
  Html: "the simulators' pages must not import those of the product",
};

describe("an exported name", () => {
  const declared =
    /^export (?:declare )?(?:abstract )?(?:async )?(?:class|const|function\*?|interface|let|type) (\w+)/gm;

  test("has one meaning in the whole repository", () => {
    const exported = folders
      .flatMap(filesIn)
      .flatMap(({ path, text }) =>
        [...text.matchAll(declared)].map(([, name = ""]) => ({ name, path })),
      );
    const filesByName = Map.groupBy(exported, ({ name }) => name);
    const shared = [...filesByName].filter(
      ([, uses]) => new Set(uses.map(({ path }) => path)).size > 1,
    );
    const refused = shared.filter(([name]) => !(name in mayBeShared));
    expect(refused.map(([name, uses]) => [name, ...uses.map(({ path }) => path)])).toEqual([]);
    expect(shared.map(([name]) => name).sort()).toEqual(Object.keys(mayBeShared).sort());
    expect(exported.length).toBeGreaterThan(500);
  });
});

describe("tests", () => {
  test("replace no module and no timer", () => {
    const self = "test/conventions.test.ts";
    const replacing = /\bvi\.(mock|doMock|hoisted|useFakeTimers|setSystemTime)\b/;
    expect(pathsWith("test", replacing).filter((path) => path !== self)).toEqual([]);
  });

  test("state rules in the present tense", () => {
    expect(
      pathsWith("test", /\b(test|it|describe)(\.each\([^)]*\))?\(\s*["'`][^"'`]*\bshould\b/),
    ).toEqual([]);
  });

  test("all run: none has `.only`", () => {
    expect(pathsWith("test", /\b(test|it|describe)\.only\(/)).toEqual([]);
  });
});

describe("every provider", () => {
  let providers: Providers | undefined;
  beforeAll(async () => {
    providers = await startProviders();
  });
  afterAll(async () => {
    await providers?.stop();
  });

  test.each(providerIds)("%s has a simulator that can be reached", async (id) => {
    const realm = providers?.realms.find(({ settings }) => settings.provider === id);
    if (!realm) throw new Error(`No realm of the local stack is of ${id}.`);
    expect([200, 401, 403]).toContain(await ping(realm));
  });
});

describe("what a text refers to", () => {
  const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root }).map((path) => ({
    path,
    text: readFileSync(join(root, path), "utf8"),
  }));
  const texts = [...folders.flatMap(filesIn), ...pages];
  const textsWith = (pattern: RegExp) =>
    texts.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

  test("is public or in the repository, without tags of other documents", () => {
    const inBrackets = /\((?:[A-OQ-Z]\d{1,2}(?:, )?)+\)/;
    const inFront = /["'`/] ?(?:[A-OQ-Z]\d{1,2}(?:, )?)+: /;
    expect(textsWith(inBrackets)).toEqual([]);
    expect(textsWith(inFront)).toEqual([]);
    expect(textsWith(/\bdesign \u00a7|\[I{1}\]/)).toEqual([]);
  });

  test("is named beside its section", () => {
    const sections = texts.flatMap(({ path, text }) => {
      const lines = text.split("\n");
      return lines.flatMap((line, i) =>
        line.includes("\u00a7") ? `${path}: ${lines[i - 1] ?? ""}\n${line}` : [],
      );
    });
    const isPublic = /\bRFC \d{4}|OpenID Connect|\bOIDC |\bCSP \d/;
    expect(sections.length).toBeGreaterThan(10);
    expect(sections.filter((lines) => !isPublic.test(lines))).toEqual([]);
  });

  test("is a file that exists", () => {
    const inventing = ["import-rules", "docs-recipe", "mutation/mutation"].map(
      (name) => `test/${name}.test.ts`,
    );
    const path = new RegExp(
      `(?<![\\w./-])(?:${folders.join("|")})/[\\w./-]+\\.(?:ts|mjs|md)\\b`,
      "g",
    );
    const named = texts
      .filter((text) => !inventing.includes(text.path))
      .flatMap(({ path: from, text }) => (text.match(path) ?? []).map((to) => `${to} in ${from}`));
    expect(named.length).toBeGreaterThan(200);
    const isThere = (to = "") => existsSync(join(root, to)) || to.includes("acme-pay");
    expect(named.filter((reference) => !isThere(reference.split(" ")[0]))).toEqual([]);
  });

  test("is a promise that docs/protocol.md defines", () => {
    const defined = readFileSync(join(root, "docs/protocol.md"), "utf8").match(/^\| P\d+/gm) ?? [];
    const known = new Set(defined.map((row) => row.slice(2)));
    const named = texts.flatMap(({ path, text }) =>
      (text.match(/\bP\d{1,2}\b/g) ?? []).map((promise) => ({ path, promise })),
    );
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ promise }) => !known.has(promise))).toEqual([]);
  });
});

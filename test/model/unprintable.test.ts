import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  newAuthorizationRequest,
  readState,
} from "../../functions/consents/authorization-request.ts";
import type { ConsentDependencies } from "../../functions/consents/consent-dependencies.ts";
import type { WebAnswer } from "../../functions/http/pages/consent-site.ts";
import { readWebRequest } from "../../functions/http/pages/web-request.ts";
import type { Redirect } from "../../functions/model/consent-outcome.ts";
import type { Unprintable } from "../../functions/model/sensitive.ts";
import { Sensitive, unprintable } from "../../functions/model/sensitive.ts";
import type { HttpRequest, HttpResponse } from "../../functions/platform/http-request.ts";
import { nodeHttp } from "../../functions/platform/http-request.ts";
import { nodeBrowserSecrets } from "../../functions/platform/node-browser-secrets.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { providerOf, readRealm } from "../../functions/providers/catalogue.ts";
import type { AnswerFields } from "../../functions/providers/exchange/token-request.ts";
import type { Person } from "../../functions/providers/oauth/person.ts";
import { fieldsOf } from "../support/fields-of.ts";
import { loopbackOnly } from "../support/network-policies.ts";
import { rawServer } from "../support/raw-server.ts";
import { waysToPrint } from "../support/ways-to-print.ts";
import { webEvent } from "../support/web-events.ts";

const canary = "canary".padEnd(43, "x");
const secret = new Sensitive(canary);

/** An exchange with a provider, through the code that a function runs: the request, its grant and the response. */
async function exchange() {
  const body = JSON.stringify({ access_token: canary, expires_in: 60 });
  const head = `HTTP/1.1 200 OK\r\nset-cookie: ${canary}\r\ncontent-length: ${body.length}\r\n\r\n`;
  const server = await rawServer((socket) => socket.end(head + body));
  const seen: [HttpRequest, HttpResponse][] = [];
  const http = nodeHttp(systemClock, loopbackOnly);
  const context = {
    send: async (request: HttpRequest, signal: AbortSignal) => {
      const response = await http(request, signal);
      seen.push([request, response]);
      return response;
    },
    clock: systemClock,
    newRequestId: () => "r",
  };
  const realm = { provider: "conferma", environment: "test", tokenUrl: server.url };
  const issuer = await providerOf(readRealm(JSON.stringify(realm)), context).issuer();
  const members = { clientId: "c", clientSecret: canary, platformKey: canary };
  const grant = issuer.openGrant(new Sensitive(JSON.stringify(members)), null);
  const issued = await grant.issue(AbortSignal.timeout(5000));
  await server.stop();
  const [[request, response] = []] = seen;
  if (!request || !response || issued.kind !== "issued") throw new Error("Nothing was issued.");
  return { grant, request, response, issued };
}

function authorization() {
  const deps: Partial<ConsentDependencies> = {
    realm: { provider: "connectpay", environment: "test" },
    consentBaseUrl: "https://vend.example",
    browserSecrets: { ...nodeBrowserSecrets, mac: () => secret },
  };
  return newAuthorizationRequest(deps as ConsentDependencies, "p".repeat(43), secret);
}

function required<T>(value: T | null): T {
  if (value === null) throw new Error("There is none.");
  return value;
}

/** Every type that `unprintable` makes, as the product's code makes it where that is possible. */
const samples: Readonly<Record<string, () => Promise<Unprintable>>> = {
  AnswerFields: async () => unprintable<AnswerFields>({ access_token: canary, toJSON: canary }),
  AuthorizationRequest: async () => authorization(),
  Grant: async () => (await exchange()).grant,
  HttpRequest: async () => (await exchange()).request,
  HttpResponse: async () => (await exchange()).response,
  Person: async () => unprintable<Person>({ subject: canary, claims: { email: canary } }),
  Redirect: async () =>
    unprintable<Redirect>({
      url: `https://provider.example/?state=${canary}`,
      cookie: { pendingId: "p", secret, maxAgeMs: 1 },
    }),
  UnverifiedState: async () => required(readState(`${"p".repeat(43)}.${"s".repeat(22)}.${canary}`)),
  WebAnswer: async () =>
    unprintable<WebAnswer>({
      page: { statusCode: 303, headers: { Location: canary }, body: canary },
      cookie: canary,
    }),
  WebRequest: async () => {
    const url = `https://vend.example/callback/a/b?code=${canary}`;
    return required(readWebRequest(webEvent("an HTTP API", { url, cookies: [`a=${canary}`] })));
  },
};

const root = join(import.meta.dirname, "../../functions");
const sources = globSync("**/*.ts", { cwd: root }).map((path) => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
}));

describe("a type that carries a secret", () => {
  test("is unprintable, and each has a sample here", () => {
    const declared = sources.flatMap(({ text }) =>
      [...text.matchAll(/^export interface (\w+) extends [^{]*\bUnprintable\b/gm)].map(
        ([, name]) => name,
      ),
    );
    expect(declared.sort()).toEqual(Object.keys(samples));
  });

  test.each(Object.entries(samples))("prints nothing: %s", async (_, make) => {
    const value = await make();
    const inClear = Object.values(fieldsOf(value)).map((field) => readable(field));
    expect(inClear.join()).toContain(canary);
    for (const [how, shown] of waysToPrint(value)) expect(shown, how).not.toContain(canary);
  });

  test("prints nothing once it is a token", async () => {
    const { issued } = await exchange();
    expect(issued.token.expose()).toBe(canary);
    for (const [how, shown] of waysToPrint(issued)) expect(shown, how).not.toContain(canary);
  });
});

/** What a field holds, for the test that its object hides it. */
function readable(field: unknown): string {
  if (field instanceof URLSearchParams) return String(field);
  return typeof field === "object" ? JSON.stringify(field) : String(field);
}

/** Interfaces with such a field in the clear, and why each may. */
const mayBeClear: Readonly<Record<string, string>> = {
  AnswerShape: "where in an answer they are found",
  AwsCredentials: "the SDK and its signer copy their members; only platform/aws-*.ts has them",
  ConsentLink: "the answer to the caller is the link",
  EventBase: "its key names a change, for who has heard of it before",
  Expected: "a nonce alone authorizes nothing",
  JwksCache: "an address of the realm's settings",
  PageAnswer: "Lambda serializes it for the browser",
  ProvenRequest: "the caller's own request, and a nonce that alone authorizes nothing",
  SecretCheck: "the name of a secret",
  SecretCheckAnswer: "the name of a secret",
  SignedRead: "what Node's client is given, in platform/aws-read.ts only",
  VendAnswer: "the answer to the caller is the token",
};

test("no other interface has a secret, a token, a cookie or an address of a person in the clear", () => {
  const clear =
    /^ {2}readonly \w*([tT]oken|[sS]ecret|code|[cC]ookies?|state|nonce|body|[kK]ey|[vV]erifier|link|password|query|url)\??: *(string|unknown|URLSearchParams|Record)/m;
  const interfaces = sources.flatMap(({ text }) => [
    ...text.matchAll(/^(?:export )?interface (\w+)([^{]*)\{\n([\s\S]*?)^\}/gm),
  ]);
  const found = interfaces
    .filter(
      ([, , heritage = "", body = ""]) => !heritage.includes("Unprintable") && clear.test(body),
    )
    .map(([, name]) => name);
  expect(interfaces.length).toBeGreaterThan(100);
  expect(found.sort()).toEqual(Object.keys(mayBeClear));
});

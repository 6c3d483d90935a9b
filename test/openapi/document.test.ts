import { readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { statusEndpoint } from "../../functions/http/status-endpoint.ts";
import { vendEndpoint } from "../../functions/http/vend-endpoint.ts";
import type { Credential } from "../../functions/model/credential.ts";
import { problemCodes, VendingError } from "../../functions/model/errors.ts";
import {
  connectionPageSchema,
  consentLinkSchema,
  consentProgressSchema,
  credentialSchema,
  problemSchema,
} from "../../openapi/answer-schemas.ts";
import type { openApiDocument } from "../../openapi/document.ts";
import { openApiText } from "../../openapi/document.ts";
import { aCredential, noProofs } from "../support/a-credential.ts";
import { aContext, aProxyEvent, aQuery } from "../support/a-proxy-event.ts";
import { aFailure, aLease, aRecord, at } from "../support/a-record.ts";
import { TestConsentSite } from "../support/consent-site.ts";
import { FixedClock } from "../support/fixed-clock.ts";
import { useTable } from "../support/use-table.ts";

const root = path.join(import.meta.dirname, "..", "..");

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly $ref?: string; readonly name?: string }[];
  readonly responses: Readonly<Record<string, Response>>;
}

interface Response {
  readonly content?: Readonly<
    Record<
      string,
      {
        readonly schema: { readonly $ref?: string };
        readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
      }
    >
  >;
}

/** As a reader of the file resolves it. */
const document = JSON.parse(openApiText()) as typeof openApiDocument;
const operations = Object.entries(document.paths).flatMap(([template, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${template}`,
    template,
    operation: operation as unknown as Operation,
  })),
);
const operationOf = (name: string) =>
  operations.find((each) => each.name === name)?.operation ?? expect.fail(`no ${name}`);

const schemas: Readonly<Record<string, v.GenericSchema>> = {
  Credential: credentialSchema,
  Problem: problemSchema,
  ConsentLink: consentLinkSchema,
  ConsentProgress: consentProgressSchema,
  ConnectionPage: connectionPageSchema,
};
const nameIn = ({ $ref = "" }: { readonly $ref?: string }) => $ref.split("/").at(-1) ?? "";

/** Every `$ref` of the document. */
function references(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === "$ref" ? [String(inner)] : references(inner),
  );
}

describe("docs/openapi.json", () => {
  test("matches the contract: `npm run docs` writes it", () => {
    expect(readFileSync(path.join(root, "docs", "openapi.json"), "utf8")).toBe(openApiText());
  });

  test("has the paths of the contract, each signed", () => {
    expect(operations.map(({ name }) => name)).toEqual([
      "GET /v1/tokens/{provider}/{environment}/{account}",
      "POST /v1/tokens/{provider}/{environment}/{account}/rejections",
      "POST /v1/tokens/{provider}/{environment}/{account}/with-link",
      "POST /v1/consents/{provider}/{environment}/{account}",
      "GET /v1/consents/{provider}/{environment}/{account}/{id}",
      "GET /v1/connections",
    ]);
    expect(document.security).toEqual([{ sigv4: [] }]);
    expect(Object.keys(document.components.securitySchemes)).toEqual(["sigv4"]);
  });

  test("has no dangling reference, and no unused definition", () => {
    const found = new Set(references(document));
    const { schemas: shapes, parameters, responses } = document.components;
    const there = Object.entries({ schemas: shapes, parameters, responses }).flatMap(
      ([kind, members]) => Object.keys(members).map((name) => `#/components/${kind}/${name}`),
    );
    expect([...found].sort()).toEqual(there.sort());
  });

  test("names each operation once, and every parameter of its path", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const { parameters } = document.components;
    for (const { template, operation } of operations) {
      const wanted = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const named = operation.parameters
        .filter(({ $ref }) => $ref)
        .map((each) => parameters[nameIn(each) as keyof typeof parameters].name);
      expect(named).toEqual(wanted);
    }
  });

  test("lists every problem of a vend under its status", () => {
    const { responses } = operationOf("GET /v1/tokens/{provider}/{environment}/{account}");
    const named = Object.entries(responses).flatMap(([status, { content }]) =>
      Object.entries(content?.["application/problem+json"]?.examples ?? {}).map(
        ([code, { value }]) => [code, Number(status), (value as { status: number }).status],
      ),
    );
    expect(named.map(([code]) => code).sort()).toEqual([...problemCodes].sort());
    for (const [, status, own] of named) expect(own).toBe(status);
  });
});

describe("every example matches its schema", () => {
  const examples = operations.flatMap(({ name, operation }) =>
    Object.entries(operation.responses).flatMap(([status, { content = {} }]) =>
      Object.values(content).flatMap(({ schema, examples: all = {} }) =>
        Object.entries(all).map(([title, { value }]) => ({
          what: `${name} ${status} ${title}`,
          schema: nameIn(schema),
          value,
        })),
      ),
    ),
  );

  test.each(examples)("$what", ({ schema, value }) => {
    expect(v.parse(schemas[schema] ?? expect.fail(schema), value)).toEqual(value);
  });
});

describe("the code's answers match the document", () => {
  const table = useTable();
  const realm = { provider: "conferma", environment: "production" } as const;
  const vended = aCredential({ expiresAt: null });
  const metrics = { record: () => {} };
  const silent = { info: () => {}, warn: () => {}, error: () => {} };

  /** Fails if status, content type or body is not one of the operation's. */
  function expectDescribed(name: string, answer: unknown, expected: number): void {
    const { statusCode, headers, body } = answer as {
      statusCode: number;
      headers: Record<string, string>;
      body: string;
    };
    expect(statusCode).toBe(expected);
    const media = operationOf(name).responses[statusCode]?.content?.[headers["Content-Type"] ?? ""];
    const schema = schemas[nameIn(media?.schema ?? expect.fail(`${statusCode} is not described`))];
    expect(v.parse(schema ?? expect.fail("no schema"), JSON.parse(body))).toEqual(JSON.parse(body));
  }

  const vending = (vend: () => Promise<Credential>, extraHeaders?: Record<string, string>) => {
    const clock = new FixedClock(at("10:00:01.000"));
    const own = { clock, log: silent, metrics, processName: "p-1", proofs: noProofs };
    return vendEndpoint({ realm, extraHeaders, ...own, cached: () => null, vend });
  };

  test("to a vend, with and without further headers", async () => {
    const name = "GET /v1/tokens/{provider}/{environment}/{account}";
    const vend = async () => vended;
    for (const handler of [vending(vend), vending(vend, { "X-Account": "a" })]) {
      expectDescribed(name, await handler(aProxyEvent(), aContext()), 200);
    }
    const keys = { ...vended, usableUntil: null };
    expectDescribed(name, await vending(async () => keys)(aProxyEvent(), aContext()), 200);
  });

  test("to a rejection", async () => {
    const event = aProxyEvent({
      httpMethod: "POST",
      path: "/v1/tokens/conferma/production/default/rejections",
      body: '{"version":12}',
    });
    const name = "POST /v1/tokens/{provider}/{environment}/{account}/rejections";
    expectDescribed(name, await vending(async () => vended)(event, aContext()), 200);
  });

  test.each(problemCodes)(
    "to a vend with the problem %s, with and without Retry-After",
    async (code) => {
      const name = "GET /v1/tokens/{provider}/{environment}/{account}";
      for (const seconds of [null, 7]) {
        const error = new VendingError(code, "Some detail.", seconds);
        const answer = await vending(() => Promise.reject(error))(aProxyEvent(), aContext());
        const { statusCode } = answer as unknown as { statusCode: number };
        expectDescribed(name, answer, statusCode);
      }
    },
  );

  test("to a begun consent, and to an unknown path", async () => {
    const site = new TestConsentSite(table());
    const name = "POST /v1/consents/{provider}/{environment}/{account}";
    const post = (account: string) => {
      const { provider, environment } = site.realm;
      const event = {
        httpMethod: "POST",
        path: `/v1/consents/${provider}/${environment}/${account}`,
      };
      return site.begin(aProxyEvent(event), aContext());
    };
    expectDescribed(name, await post("jo"), 200);
    expectDescribed(name, await post("~"), 404);
    site.secret = null;
    expectDescribed(name, await post("jo"), 503);
  });

  test("to a status request, for every kind of connection", async () => {
    const name = "GET /v1/connections";
    const { token, lease, failure, connection } = aRecord({ lease: aLease(), failure: aFailure() });
    const issued = { at: at("10:00:00.000"), fence: 3, owner: "process-a.3" } as const;
    const entry = { ...issued, version: 3, fingerprint: "a" } as const;
    const lastIssue = { ...entry, reason: "expired", latencyMs: 151, outcome: "issued" } as const;
    const frozen = {
      of: "realm",
      by: "an operator",
      at: at("10:00:00.000"),
      reason: "A test.",
    } as const;
    const consent = null;
    const asked = { until: at("10:10:00.000"), begunBy: "arn:aws:iam::111122223333:role/asker" };
    const shown = { connection, state: "renewing", version: 3, consent, asked, frozen } as const;
    const handler = statusEndpoint({
      clock: new FixedClock(at("10:00:00.000")),
      log: silent,
      metrics,
      fingerprint: (text) => `${text.length}`,
      list: async () => ({
        connections: [
          { ...shown, token, lease, lastIssue, failure },
          {
            ...shown,
            version: 0,
            token: null,
            lease: null,
            lastIssue: null,
            failure: null,
            asked: null,
            frozen: null,
          },
        ],
        last: connection,
      }),
    });
    const get = (...query: readonly (readonly [string, string])[]) =>
      handler(aProxyEvent({ path: "/v1/connections", ...aQuery(...query) }) as never, aContext());
    expectDescribed(name, await get(["realm", "conferma/production"]), 200);
    expectDescribed(name, await get(["realm", "conferma"]), 400);
  });
});

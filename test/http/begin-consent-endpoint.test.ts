import { describe, expect, test } from "vitest";
import { plusMs } from "../../functions/model/clock.ts";
import type { ProblemCode } from "../../functions/model/errors.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { aContext, aProxyEvent, aQuery } from "../support/a-proxy-event.ts";
import { at } from "../support/a-record.ts";
import { TestConsentSite } from "../support/consent-site.ts";
import { useTable } from "../support/use-table.ts";
import { browserHttpApiEvent } from "../support/web-events.ts";

const table = useTable();
const aSite = () => new TestConsentSite(table());

const pathOf = ({ realm }: TestConsentSite, account = "jo") =>
  `/v1/consents/${realm.provider}/${realm.environment}/${account}`;

const post = (site: TestConsentSite, changes: object = {}) =>
  site.begin(aProxyEvent({ httpMethod: "POST", path: pathOf(site), ...changes }), aContext());

/** An HTTP answer with its body parsed. */
function understood(answer: unknown) {
  const { statusCode, headers, body } = answer as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
  };
  return { statusCode, headers, body: JSON.parse(body) as Record<string, unknown> };
}

describe("a link", () => {
  test("is the answer to a direct invocation, valid for ten minutes", async () => {
    const site = aSite();
    expect(await site.begin({ account: "jo" }, aContext())).toEqual({
      id: expect.stringMatching(/^[\w-]{43}\.tosp40$/),
      url: expect.stringMatching(
        `^https://vend\\.example/consent/connectpay/${site.realm.environment}/[\\w-]{43}$`,
      ),
      expiresAt: "2026-11-20T10:10:00.000Z",
    });
    expect(site.events()).toMatchObject([
      { event: "consent-begun", connection: `connectpay/${site.realm.environment}/jo` },
    ]);
  });

  test("is refused to a malformed event, whose member is named, in the form of its API", async () => {
    const site = aSite();
    const { realm } = site;
    const rawPath = `/consent/${realm.provider}/${realm.environment}/x`;
    const event = { ...browserHttpApiEvent("GET", rawPath), requestContext: { http: null } };
    expect(understood(await site.begin(event, aContext()))).toMatchObject({
      statusCode: 400,
      body: { code: "invalid-request", detail: "httpMethod: is missing." },
    });
    expect(site.events()).toMatchObject([{ event: "refused", code: "invalid-request" }]);
  });

  test("is for the account `default` unless the caller names one", async () => {
    const site = aSite();
    for (const payload of [{}, null, undefined]) await site.begin(payload, aContext());
    const accounts = site.events().map(({ connection }) => connection);
    expect(accounts).toEqual(Array(3).fill(`connectpay/${site.realm.environment}/default`));
  });

  test("is different each time", async () => {
    const site = aSite();
    const links = [await site.link(), await site.link()];
    expect(new Set(links).size).toBe(2);
    expect(await site.pendingRows()).toHaveLength(2);
  });

  test.each([null, "", "{}"])(
    "is the answer of the API to the body %j, and is not cached",
    async (body) => {
      const site = aSite();
      const answer = understood(await post(site, { body }));
      expect(answer).toEqual({
        statusCode: 200,
        headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
        body: {
          id: expect.any(String),
          url: expect.any(String),
          expiresAt: "2026-11-20T10:10:00.000Z",
        },
      });
    },
  );

  test("may be for an account that is an e-mail address, encoded or not", async () => {
    const site = aSite();
    for (const account of ["jo@example.com", "jo%40example.com"]) {
      const { statusCode } = understood(await post(site, { path: pathOf(site, account) }));
      expect(statusCode).toBe(200);
    }
    const accounts = site.events().map(({ connection }) => String(connection).split("/").at(-1));
    expect(accounts).toEqual(["jo@example.com", "jo@example.com"]);
  });
});

describe("a secret with which no one could log in", () => {
  /** The cached secret, the current one, and the problem with which the flow refuses a secret. */
  function aSiteWith(remembered: string, current: string, code: ProblemCode) {
    const site = aSite();
    const flow = site.provider.flow();
    const read = async (_: string, maxAgeMs: number) => {
      const text = new Sensitive(maxAgeMs > 0 ? remembered : current);
      return { text, version: text.expose() };
    };
    const checkSecret: typeof flow.checkSecret = (text) => {
      if (text.expose() === "old") throw new VendingError(code, "Made up.");
    };
    Object.assign(site.deps, { secrets: { read }, flow: async () => ({ ...flow, checkSecret }) });
    return site;
  }

  test.each(["credentials-rejected", "secret-malformed"] as const)(
    "is the answer, %s, and no link is made",
    async (code) => {
      const site = aSiteWith("old", "old", code);
      const answer = understood(await post(site));
      expect(answer).toMatchObject({ statusCode: 502, body: { code } });
      expect(await site.pendingRows()).toEqual([]);
    },
  );

  test.each([new VendingError("secret-unavailable", "Made up.", 1), new TypeError("made up")])(
    "is read once if reading it fails: %s",
    async (error) => {
      const site = aSite();
      let reads = 0;
      const read = async () => {
        reads += 1;
        throw error;
      };
      Object.assign(site.deps, { secrets: { read } });
      expect(understood(await post(site))).not.toMatchObject({ statusCode: 200 });
      expect(reads).toBe(1);
    },
  );

  test("is read again if it was cached", async () => {
    const site = aSiteWith("old", "new", "credentials-rejected");
    expect(understood(await post(site))).toMatchObject({ statusCode: 200 });
  });
});

describe("an HTTP API", () => {
  const notLetIn = {
    statusCode: 404,
    body: {
      code: "unknown-connection",
      detail: "IAM has not authorized this caller, and links are made for authorized callers only.",
    },
  };

  const event = (site: TestConsentSite, authorizer?: object) => {
    const sent = browserHttpApiEvent("POST", pathOf(site));
    return { ...sent, requestContext: { ...sent.requestContext, authorizer } };
  };

  test("makes links for callers that IAM has authorized", async () => {
    const site = aSite();
    const iam = { userArn: "arn:aws:sts::123456789012:assumed-role/ops/jo" };
    const { statusCode, body } = understood(await site.begin(event(site, { iam }), aContext()));
    expect(statusCode).toBe(200);
    expect(body).toHaveProperty("url");
  });

  test.each([[undefined], [{ jwt: { claims: {}, scopes: [] } }], [{ lambda: {} }]])(
    "makes none for other callers: %j",
    async (authorizer) => {
      const site = aSite();
      const answer = understood(await site.begin(event(site, authorizer), aContext()));
      expect(answer).toMatchObject(notLetIn);
      expect(await site.rows()).toEqual([]);
    },
  );

  describe("with payload format 1.0", () => {
    const event10 = (site: TestConsentSite, identity: object, authorizer: object) => {
      const { requestContext, ...sent } = aProxyEvent({ httpMethod: "POST", path: pathOf(site) });
      const caller = { ...requestContext.identity, ...identity };
      return {
        version: "1.0",
        ...sent,
        requestContext: { ...requestContext, identity: caller, authorizer },
      };
    };

    test("makes links for callers that IAM has authorized", async () => {
      const site = aSite();
      const answer = understood(await site.begin(event10(site, {}, {}), aContext()));
      expect(answer).toMatchObject({ statusCode: 200, body: { url: expect.any(String) } });
    });

    test.each([
      [{ userArn: null }, { claims: null, scopes: null }],
      [{ userArn: "" }, { iam: { userArn: "made up by an authorizer" } }],
    ])("makes none for other callers: %j %j", async (identity, authorizer) => {
      const site = aSite();
      const answer = understood(await site.begin(event10(site, identity, authorizer), aContext()));
      expect(answer).toMatchObject(notLetIn);
      expect(await site.rows()).toEqual([]);
    });
  });
});

describe("no link is made", () => {
  test.each([
    [{ acount: "jo" }, "acount: is not a field of this request."],
    [{ account: 1 }, "account: must be string."],
    [[], "payload: must be an object."],
  ])("for the payload %j", async (payload, detail) => {
    const site = aSite();
    const answer = await site.begin(payload, aContext());
    expect(answer).toMatchObject({ problem: { code: "invalid-request", detail } });
    expect(await site.rows()).toEqual([]);
  });

  test.each(["", "Jo", "../x", "~consent", "a".repeat(64)])(
    "for the account %j",
    async (account) => {
      const site = aSite();
      const answer = await site.begin({ account }, aContext());
      expect(answer).toMatchObject({ problem: { code: "unknown-connection", status: 404 } });
      expect(await site.rows()).toEqual([]);
    },
  );

  test.each([
    [{ body: "[]" }, "body: must be an object."],
    [{ body: "x" }, "body: must be JSON."],
    [{ body: '{"account":"mo"}' }, "account: is not a field of this request."],
    [aQuery(["account", "mo"]), "account: is not a field of this request."],
    [{ httpMethod: "GET" }, "method: this path takes POST."],
  ])("for %j over the API", async (changes, detail) => {
    const site = aSite();
    const answer = understood(await post(site, changes));
    expect(answer).toMatchObject({ statusCode: 400, body: { code: "invalid-request", detail } });
    expect(await site.rows()).toEqual([]);
  });

  test.each(["/v1/consents/connectpay/elsewhere/jo", "/v1/consents/connectpay", "/"])(
    "for the path %s",
    async (path) => {
      const site = aSite();
      const answer = understood(await post(site, { path }));
      expect(answer).toMatchObject({ statusCode: 404, body: { code: "unknown-connection" } });
    },
  );

  test("that could not work: the secret is checked first", async () => {
    const site = aSite();
    site.secret = null;
    const answer = await site.begin({ account: "jo" }, aContext());
    expect(answer).toMatchObject({
      problem: {
        code: "secret-unavailable",
        connection: `connectpay/${site.realm.environment}/jo`,
        retryable: true,
      },
    });
    expect(await site.rows()).toEqual([]);
  });
});

test("either function shows any page", async () => {
  const site = aSite();
  const link = await site.link();
  const { pathname } = new URL(link);
  for (const handler of [site.begin, site.complete]) {
    expect(await handler(browserHttpApiEvent("GET", pathname), aContext())).toMatchObject({
      statusCode: 200,
      cookies: [expect.stringMatching(/^__Host-consent-/)],
    });
    const callback = "/callback/connectpay/x";
    expect(await handler(browserHttpApiEvent("GET", callback), aContext())).toMatchObject({
      statusCode: 303,
      headers: { Location: expect.stringMatching(/refused-answer$/) },
    });
  }
});

test("a link expires when the answer says", async () => {
  const site = aSite();
  const link = await site.link();
  site.clock.moveTo(plusMs(at("10:10:00.000"), -1));
  expect(await site.browser().get(link)).toMatchObject({ status: 200 });
  site.clock.advance(1);
  expect(await site.browser().get(link)).toMatchObject({ status: 404 });
});

import type { APIGatewayProxyEvent } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { readVendRequest } from "../../functions/http/vend-endpoint.ts";
import type { ProblemCode } from "../../functions/model/errors.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { aProxyEvent, aQuery } from "../support/a-proxy-event.ts";

const realm = { provider: "conferma", environment: "production" } as const;
const base = "/v1/tokens/conferma/production";

/** How a request is refused: `invalid-request account: must …`. */
function refusalOf(event: unknown): string {
  try {
    readVendRequest(event, realm);
  } catch (error) {
    if (error instanceof VendingError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error("It is accepted.");
}

const vend = (path: string, changes: Partial<APIGatewayProxyEvent> = {}) =>
  aProxyEvent({ path, ...changes });
const reject = (body: string | null, changes: Partial<APIGatewayProxyEvent> = {}) =>
  aProxyEvent({ path: `${base}/default/rejections`, httpMethod: "POST", body, ...changes });

const address = "https://api.example/ping?a=b";
const proof = { proofFor: `GET ${address}`, proofNonce: "nonce-1" };
const likeThis = "must be like GET https://example.com.";

const plain = { account: "default", minValiditySeconds: 0, rejectedVersion: null };

describe("a direct invocation", () => {
  test.each<[rule: string, payload: unknown, request: object]>([
    ["may be empty", {}, plain],
    ["may be nothing", null, plain],
    ["may be nothing at all", undefined, plain],
    ["names an account", { account: "a" }, { ...plain, account: "a" }],
    ["demands validity", { minValiditySeconds: 30 }, { ...plain, minValiditySeconds: 30 }],
    ["reports a rejection", { rejectedVersion: 12 }, { ...plain, rejectedVersion: 12 }],
    ["names a request", proof, { ...plain, ...proof }],
    [
      "does all of it",
      { account: "jo@acme.example", minValiditySeconds: 30, rejectedVersion: 12 },
      { account: "jo@acme.example", minValiditySeconds: 30, rejectedVersion: 12 },
    ],
  ])("%s", (_, payload, request) => {
    expect(readVendRequest(payload, realm)).toEqual(request);
  });

  test.each<[rule: string, payload: unknown, refusal: string]>([
    ["is no text", "default", "invalid-request payload: "],
    ["is no number", 12, "invalid-request payload: "],
    ["is no list", [], "invalid-request payload: "],
    [
      "has no other field",
      { acount: "a" },
      "invalid-request acount: is not a field of this request.",
    ],
    ["names an account by text", { account: 5 }, "invalid-request account: must be "],
    ["… not by null", { account: null }, "invalid-request account: must be "],
    [
      "demands validity by a number",
      { minValiditySeconds: "30" },
      "invalid-request minValiditySeconds: must be a number.",
    ],
    [
      "… that is whole",
      { minValiditySeconds: 1.5 },
      "invalid-request minValiditySeconds: must be a whole number.",
    ],
    [
      "… of no less than none",
      { minValiditySeconds: -1 },
      "invalid-request minValiditySeconds: must be at least 0.",
    ],
    [
      "… that numbers can hold",
      { minValiditySeconds: 1e300 },
      "invalid-request minValiditySeconds: must be at most ",
    ],
    ["names a request by its method", { proofFor: address }, `proofFor: ${likeThis}`],
    ["… and its address", { proofFor: "GET" }, `proofFor: ${likeThis}`],
    ["… which is absolute", { proofFor: "GET /ping" }, `proofFor: ${likeThis}`],
    ["… by http", { proofFor: "GET ftp://api.example/ping" }, `proofFor: ${likeThis}`],
    ["… and nothing else", { proofFor: `GET ${address} HTTP/1.1` }, `proofFor: ${likeThis}`],
    ["… in one line", { proofFor: `GET ${address}\n` }, `proofFor: ${likeThis}`],
    [
      "has a nonce that a server can tell",
      { proofNonce: "a b" },
      "proofNonce: must be a value of ",
    ],
    ["… up to some length", { proofNonce: "n".repeat(513) }, "proofNonce: must be a value of "],
    [
      "reports a version by a number",
      { rejectedVersion: "12" },
      "invalid-request rejectedVersion: must be a number.",
    ],
    [
      "… not by null",
      { rejectedVersion: null },
      "invalid-request rejectedVersion: must be a number.",
    ],
    [
      "… that is whole",
      { rejectedVersion: 1.5 },
      "invalid-request rejectedVersion: must be a whole number.",
    ],
    [
      "… of one at least",
      { rejectedVersion: 0 },
      "invalid-request rejectedVersion: must be at least 1.",
    ],
  ])("%s", (_, payload, refusal) => {
    expect(refusalOf(payload)).toContain(refusal);
  });

  test("does not quote the invalid value, which may be a token in the wrong field", () => {
    for (const field of ["account", "minValiditySeconds", "rejectedVersion"])
      expect(refusalOf({ [field]: ["canary"] })).not.toContain("canary");
    expect(refusalOf({ account: "Bearer canary" })).not.toContain("canary");
  });
});

describe("an account", () => {
  test.each(["default", "0", "a.b_c-d", "jo+1@acme.example", "a=b", "a".repeat(63)])(
    "may be %s",
    (account) => {
      expect(readVendRequest({ account }, realm)).toMatchObject({ account });
    },
  );

  test.each([
    "",
    "A",
    "-a",
    "@a",
    "a b",
    "a/b",
    "~scope",
    "a\n",
    "é",
    "a".repeat(64),
    "../x",
    "a#1",
  ])("is never %j, by payload or path", (account) => {
    expect(refusalOf({ account })).toContain("unknown-connection account: must be ");
    const path = `${base}/${encodeURIComponent(account)}`;
    expect(refusalOf(vend(path))).toMatch(/^unknown-connection /);
  });
});

describe("GET …/{account}", () => {
  test.each<[rule: string, event: APIGatewayProxyEvent, request: object]>([
    ["vends", vend(`${base}/default`), plain],
    ["vends behind a stage or a base path", vend(`/tokens-api${base}/default`), plain],
    ["vends with a slash at its end", vend(`${base}/default/`), plain],
    [
      "reads an encoded account",
      vend(`${base}/jo%40acme.example`),
      { ...plain, account: "jo@acme.example" },
    ],
    [
      "reads an account as it is",
      vend(`${base}/jo@acme.example`),
      { ...plain, account: "jo@acme.example" },
    ],
    ["reads an encoded plus", vend(`${base}/jo%2B1`), { ...plain, account: "jo+1" }],
    ["leaves a plus a plus", vend(`${base}/jo+1`), { ...plain, account: "jo+1" }],
    [
      "vends to an account named rejections",
      vend(`${base}/rejections`),
      { ...plain, account: "rejections" },
    ],
    [
      "demands validity",
      vend(`${base}/default`, aQuery(["minValiditySeconds", "30"])),
      { ...plain, minValiditySeconds: 30 },
    ],
    [
      "names a request",
      vend(`${base}/default`, aQuery(...Object.entries(proof))),
      { ...plain, ...proof },
    ],
  ])("%s", (_, event, request) => {
    expect(readVendRequest(event, realm)).toEqual(request);
  });

  const query = (...parameters: [string, string][]) =>
    vend(`${base}/default`, aQuery(...parameters));

  test.each<[rule: string, event: APIGatewayProxyEvent, refusal: string]>([
    [
      "is of this realm's provider",
      vend("/v1/tokens/send-payments/production/default"),
      "unknown-connection This function vends for conferma/production only.",
    ],
    [
      "is of this realm's environment",
      vend("/v1/tokens/conferma/sandbox/default"),
      "unknown-connection This function vends for conferma/production only.",
    ],
    ["is encoded properly", vend(`${base}/%E0%A4%A`), "unknown-connection account: "],
    [
      "names a realm encoded properly",
      vend("/v1/tokens/%E0%A4%A/production/default"),
      "unknown-connection This function",
    ],
    ["does not leave its path", vend(`${base}/a%2F..%2Fb`), "unknown-connection account: "],
    ["has an account", vend(base), "unknown-connection No connection has this path."],
    [
      "has no more",
      vend(`${base}/default/other`),
      "unknown-connection No connection has this path.",
    ],
    [
      "is of this version",
      vend("/v2/tokens/conferma/production/default"),
      "unknown-connection No connection has this path.",
    ],
    [
      "is only read",
      vend(`${base}/default`, { httpMethod: "POST" }),
      "invalid-request method: this path takes GET.",
    ],
    [
      "has no other parameter",
      query(["rejectedVersion", "12"]),
      "invalid-request rejectedVersion: is not a field of this request.",
    ],
    [
      "demands validity once",
      query(["minValiditySeconds", "30"], ["minValiditySeconds", "60"]),
      "invalid-request minValiditySeconds: is given more than once.",
    ],
    [
      "demands validity in digits",
      query(["minValiditySeconds", "half"]),
      "invalid-request minValiditySeconds: must be a whole number of seconds, in digits.",
    ],
    [
      "… of whole seconds",
      query(["minValiditySeconds", "1.5"]),
      "invalid-request minValiditySeconds: must be ",
    ],
    [
      "… of no less than none",
      query(["minValiditySeconds", "-1"]),
      "invalid-request minValiditySeconds: must be ",
    ],
    [
      "… of something",
      query(["minValiditySeconds", ""]),
      "invalid-request minValiditySeconds: must be ",
    ],
    [
      "… of fifteen at most",
      query(["minValiditySeconds", "1".repeat(16)]),
      "invalid-request minValiditySeconds: must be ",
    ],
  ])("%s", (_, event, refusal) => {
    expect(refusalOf(event)).toContain(refusal);
  });
});

describe("POST …/{account}/rejections", () => {
  const rejection = { ...plain, rejectedVersion: 12 };
  const encoded = Buffer.from('{"version":12}').toString("base64");

  test.each<[rule: string, event: APIGatewayProxyEvent, request: object]>([
    ["reports a version", reject('{"version":12}'), rejection],
    [
      "names a request",
      reject(JSON.stringify({ version: 12, ...proof })),
      { ...rejection, ...proof },
    ],
    ["may be encoded in base64", reject(encoded, { isBase64Encoded: true }), rejection],
    [
      "may have a slash at its end",
      reject('{"version":12}', { path: `${base}/default/rejections/` }),
      rejection,
    ],
    [
      "reads an encoded account",
      reject('{"version":12}', { path: `${base}/a%40b/rejections` }),
      { ...rejection, account: "a@b" },
    ],
  ])("%s", (_, event, request) => {
    expect(readVendRequest(event, realm)).toEqual(request);
  });

  test.each<[rule: string, event: APIGatewayProxyEvent, refusal: string]>([
    [
      "is only written",
      reject('{"version":12}', { httpMethod: "GET" }),
      "invalid-request method: this path takes POST.",
    ],
    ["has a body", reject(null), "invalid-request body: must be JSON."],
    ["… of something", reject(""), "invalid-request body: must be JSON."],
    ["… of JSON", reject("version=12"), "invalid-request body: must be JSON."],
    ["… that says if it is base64", reject(encoded), "invalid-request body: must be JSON."],
    ["… that is an object", reject("12"), "invalid-request body: must be "],
    ["… not null", reject("null"), "invalid-request body: must be "],
    ["… with a version", reject("{}"), "invalid-request version: is missing."],
    [
      "… that is a number",
      reject('{"version":"12"}'),
      "invalid-request version: must be a number.",
    ],
    [
      "… that is whole",
      reject('{"version":1.5}'),
      "invalid-request version: must be a whole number.",
    ],
    ["… of one at least", reject('{"version":0}'), "invalid-request version: must be at least 1."],
    [
      "… and nothing else",
      reject('{"version":12,"token":"canary"}'),
      "invalid-request token: is not a field of this request.",
    ],
    [
      "has no query",
      reject('{"version":12}', aQuery(["minValiditySeconds", "30"])),
      "invalid-request minValiditySeconds: is not a field of this request.",
    ],
  ])("%s", (_, event, refusal) => {
    expect(refusalOf(event)).toContain(refusal);
    expect(refusalOf(event)).not.toContain("canary");
  });
});

test("any unreadable event is the caller's fault, never ours", () => {
  const allowed: readonly ProblemCode[] = ["invalid-request", "unknown-connection"];
  const odd = [aProxyEvent({ path: "" }), aProxyEvent({ path: "/" }), { httpMethod: "GET" }, true];
  for (const event of odd) expect(allowed).toContain(refusalOf(event).split(" ")[0]);
});

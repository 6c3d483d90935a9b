import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { among, edited, hostileJson, hostileText, mostly } from "./arbitraries.ts";
import type { RawAnswer } from "./provider-server.ts";
import { canaries } from "./recorder.ts";

const { accessToken, refreshToken, providerText } = canaries;

/** Every member that a provider's answer may have, valid for one provider or another. */
const tokenFields = among<unknown>([
  {
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: 3600,
    refresh_token: refreshToken,
  },
  { access_token: accessToken, issued: "2026-11-20T10:00:00Z", expires: "2026-11-20T10:05:00Z" },
  { accessToken, expiresAt: "2026-11-20T10:05:00Z" },
  { accessToken: `${providerText}.eyJpYXQiOjEsImV4cCI6MmV9.x`, expiresAt: null },
  { access_token: accessToken, expires_in: "300", refresh_token_expires_in: 86_400, scope: "a b" },
  { access_token: accessToken, expires_in: 300, id_token: "e30.e30.e30", customer: "Mo***" },
  { access_token: accessToken, expires_in: 60, id_token: "{idToken}" },
  {
    ...{ access_token: accessToken, token_type: "DPoP", expires_in: 300 },
    ...{ refresh_token: refreshToken, tenant: "acme", data: { site: "site-1" } },
  },
  {
    ...{ access_token: accessToken, token_type: "N_A", expires_in: 300 },
    issued_token_type: "urn:ietf:params:oauth:token-type:jwt",
  },
  { keys: [{ kty: "EC", crv: "P-256", kid: "key-1", x: "{jwkX}", y: "AA" }] },
  { error: "invalid_grant", error_description: providerText },
  { error: providerText, status: providerText },
  { error: "use_dpop_nonce" },
]);

const bytesOf = (text: string) => Buffer.from(text, "utf8").toString("latin1");

/** Ten megabytes that travel as ten kilobytes. */
const bomb = gzipSync(Buffer.alloc(10_000_000)).toString("latin1");

const body = fc.oneof(
  { weight: 8, arbitrary: edited(tokenFields).map((value) => bytesOf(JSON.stringify(value))) },
  { weight: 1, arbitrary: hostileJson.map((value) => bytesOf(JSON.stringify(value) ?? "")) },
  { weight: 1, arbitrary: hostileText.map(bytesOf) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...["", bomb, "\xff\xfe{", "\xef\xbb\xbf{}", "{".repeat(60_000), "[".repeat(65_536)],
      ...[`{"access_token":"${"x".repeat(65_490)}"}`, `{"expires_in":1${"0".repeat(400)}}`],
      ...[`{"access_token":"a","access_token":"b"}`, `<html>${providerText}</html>`],
    ),
  },
);

const status = fc.oneof(
  { weight: 6, arbitrary: among(["200 OK", "201 Created"]) },
  {
    weight: 4,
    arbitrary: among([
      ...[
        "400 Bad",
        "401 No",
        "403 No",
        "404 ?",
        "408 Late",
        "425 Early",
        "429 Slow",
        "500 Oh",
        "503 ?",
      ],
      ...[
        "101 Switching Protocols",
        "204 No Content",
        "205 Reset",
        "206 Part",
        "304 Same",
        "302 There",
      ],
      ...["99 Low", "600 High", "999 Max", "1000 Long", "000 Zero", "-1 Minus", "200", ""],
    ]),
  },
);

const headerValue = fc.oneof(
  among([
    ...[providerText, "0", "1", "-1", "99999999999999999999", "Fri, 20 Nov 2026 10:00:30 GMT"],
    ...[
      "Thu, 99 Foo 0000 99:99:99 GMT",
      "gzip",
      "identity",
      "br",
      "chunked",
      "close",
      "a".repeat(9000),
    ],
  ]),
  fc.string({ maxLength: 30 }),
);
const headerName = fc.oneof(
  among([
    ...[
      "Retry-After",
      "Date",
      "Content-Type",
      "Content-Encoding",
      "Location",
      "Connection",
      "Upgrade",
    ],
    ...["Set-Cookie", "Transfer-Encoding", "Content-Length", "Trailer", "X-Y", "WWW-Authenticate"],
    "DPoP-Nonce",
  ]),
  fc.string({ maxLength: 12 }),
);
const headers = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.tuple(headerName, headerValue), { maxLength: 4 }) },
  // More than Node's parser takes: 2000 of them, and 16 KB.
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(50, 1999, 2100, 30_000)
      .map((count) => Array.from({ length: count }, (_, at): [string, string] => [`X-${at}`, "y"])),
  },
);

/** How the end of a body is told (RFC 9112 §6), rightly or not. */
const framings = [
  "length",
  "chunked",
  "none",
  "short",
  "long",
  "both",
  "two",
  "bad",
  "trailers",
] as const;
type Framing = (typeof framings)[number];

const chunkOf = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const length = (count: number | string) => `Content-Length: ${count}\r\n`;
const chunked = "Transfer-Encoding: chunked\r\n";

const framed: Readonly<
  Record<Framing, (body: string) => readonly [headers: string, body: string]>
> = {
  length: (body) => [length(body.length), body],
  chunked: (body) => [chunked, `${chunkOf(body)}0\r\n\r\n`],
  none: (body) => ["", body],
  short: (body) => [length(Math.floor(body.length / 2)), body],
  long: (body) => [length(body.length + 99), body],
  // A request smuggler's favourite (RFC 9112 §6.3).
  both: (body) => [length(3) + chunked, `${chunkOf(body)}0\r\n\r\n`],
  two: (body) => [length(body.length) + length(1), body],
  bad: (body) => [chunked, `zz\r\n${body}\r\nfffffffffffffffff\r\n`],
  trailers: (body) => [
    chunked,
    `${chunkOf(body)}0\r\nX-Trailer: ${providerText}\r\nDate: x\r\n\r\n`,
  ],
};

const answer = fc.record({
  informational: fc.constantFrom(0, 0, 0, 0, 1, 3, 5000),
  status,
  headers,
  body,
  isGzipped: fc.integer({ min: 0, max: 15 }).map((each) => each === 15),
  framing: fc.oneof(
    { weight: 3, arbitrary: among(["length", "chunked"] as const) },
    among(framings),
  ),
  cutAt: mostly(null, fc.nat({ max: 3000 })),
  pieces: fc.constantFrom(1, 1, 1, 2, 7, 60),
  pauseMs: fc.constantFrom(0, 0, 0, 1, 3),
  ending: among(["end", "end", "end", "half-close", "cut", "hold"] as const),
});
type Answer = typeof answer extends fc.Arbitrary<infer Each> ? Each : never;

function bytesOfAnswer({
  informational,
  status,
  headers,
  body,
  isGzipped,
  framing,
}: Answer): string {
  const sent = isGzipped ? gzipSync(Buffer.from(body, "latin1")).toString("latin1") : body;
  const [framingHeaders, framedBody] = framed[framing](sent);
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const encoding = isGzipped ? "Content-Encoding: gzip\r\n" : "";
  const hints = "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n".repeat(informational);
  return `${hints}HTTP/1.1 ${status}\r\n${lines}${encoding}${framingHeaders}\r\n${framedBody}`;
}

function rawAnswer(answer: Answer): RawAnswer {
  const whole = bytesOfAnswer(answer);
  const bytes = answer.cutAt === null ? whole : whole.slice(0, answer.cutAt);
  const size = Math.max(1, Math.ceil(bytes.length / answer.pieces));
  const parts = Array.from({ length: answer.pieces }, (_, at) =>
    bytes.slice(at * size, (at + 1) * size),
  );
  return { parts, pauseMs: answer.pauseMs, ending: answer.ending };
}

/** What a provider that follows no rule may send. */
export const rawAnswers: fc.Arbitrary<RawAnswer> = fc.oneof(
  { weight: 12, arbitrary: answer.map(rawAnswer) },
  {
    weight: 1,
    arbitrary: fc.record({
      parts: fc.array(fc.string({ maxLength: 40 }), { maxLength: 3 }),
      pauseMs: fc.constant(0),
      ending: among(["end", "cut", "hold"] as const),
    }),
  },
);

/** An answer as it should be. */
export function properAnswer(text: string): RawAnswer {
  const bytes = bytesOf(text);
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${length(bytes.length)}\r\n`;
  return { parts: [head + bytes], pauseMs: 0, ending: "end" };
}

import fc from "fast-check";
import { aProxyEvent } from "../support/a-proxy-event.ts";
import type { Api } from "../support/web-events.ts";
import { apis, browserHttpApiEvent } from "../support/web-events.ts";
import { among, hostileText, mostly } from "./arbitraries.ts";
import { border } from "./border.ts";
import type { ConsentJourney } from "./consent-journey.ts";
import { followToProvider, reachResult } from "./consent-journey.ts";
import { FuzzWorld } from "./fuzz-world.ts";
import { consentRealms, fuzzRealms } from "./realms.ts";
import { canaries } from "./recorder.ts";

/** Stands for a text of the person's own journey, which the generator cannot know. */
const placeholders = ["{link}", "{linkSecret}", "{cookie}", "{cookieName}", "{state}"] as const;

const text = fc.oneof(
  { weight: 2, arbitrary: among<string>(placeholders) },
  {
    weight: 1,
    arbitrary: fc.tuple(among<string>(placeholders), hostileText).map((x) => x.join("")),
  },
  { weight: 2, arbitrary: hostileText },
);

const parameterName = fc.oneof(
  {
    weight: 5,
    arbitrary: among(["code", "state", "iss", "error", "error_description", "error_uri", "x"]),
  },
  { weight: 1, arbitrary: hostileText },
);

const errors = ["access_denied", "server_error", "invalid_request", "user_cancelled"];
const parameterValue = fc.oneof(among([canaries.code, "{state}", ...errors]), text);

const someParameters = (maxLength: number) =>
  fc.array(fc.tuple(parameterName, parameterValue), { maxLength });

const honestParameters: readonly [string, string][] = [
  ["code", canaries.code],
  ["state", "{state}"],
];

const parameters = fc.oneof(
  { weight: 1, arbitrary: someParameters(6) },
  { weight: 2, arbitrary: someParameters(1).map((more) => [...honestParameters, ...more]) },
);

const cookie = fc.oneof(
  { weight: 3, arbitrary: fc.constant("{cookie}") },
  { weight: 1, arbitrary: text.map((value) => `{cookieName}=${value}`) },
  { weight: 1, arbitrary: text },
);

const request = fc.record({
  step: among(["consent", "continue", "callback", "callback", "result"] as const),
  /** As each step asks for, or another. */
  method: mostly(null, fc.oneof(among(["GET", "POST", "HEAD"]), hostileText)),
  /** In place of the link's secret, or of the callback's realm. */
  segment: mostly(null, text),
  parameters,
  cookies: mostly(["{cookie}"], fc.array(cookie, { maxLength: 4 })),
  /** So many times the same cookies, as a browser never sends them. */
  repeated: fc.constantFrom(1, 1, 1, 2, 500),
  /** `Accept-Language` */
  languages: mostly("lt, de-AT;q=0.7", hostileText),
  api: among(apis),
  passedMs: fc.constantFrom(0, 0, 0, 599_000, 601_000, 1_300_000),
});
type PageRequest = typeof request extends fc.Arbitrary<infer Each> ? Each : never;

function filled(text: string, { link, linkSecret, cookie, state }: ConsentJourney): string {
  const cookieName = cookie.slice(0, cookie.indexOf("="));
  const values: Record<string, string> = { link, linkSecret, cookie, cookieName, state };
  return text.replace(
    /\{(link|linkSecret|cookie|cookieName|state)\}/g,
    (_, name) => values[name] ?? "",
  );
}

function eventOf(request: PageRequest, journey: ConsentJourney): object {
  const address = new URL(request.step === "callback" ? journey.callback : journey.link);
  const honest = address.pathname;
  const segment = request.segment === null ? null : filled(request.segment, journey);
  const path = segment === null ? honest : `${honest.slice(0, honest.lastIndexOf("/"))}/${segment}`;
  const query = request.parameters.map(([name, value]) => [name, filled(value, journey)] as const);
  const once = request.cookies.map((each) => filled(each, journey));
  const cookies = Array.from({ length: request.repeated }, () => once).flat();
  return eventBuilders[request.api](
    request.method ?? (request.step === "continue" ? "POST" : "GET"),
    path,
    query,
    atMost(cookies, maxHeaderLength),
    request.languages,
  );
}

/** API Gateway refuses requests whose headers are longer together. */
const maxHeaderLength = 10_240;

function atMost(texts: readonly string[], length: number): string[] {
  let left = length;
  return texts.map((text) => {
    const kept = text.slice(0, left);
    left -= kept.length;
    return kept;
  });
}

type Build = (
  method: string,
  path: string,
  query: readonly (readonly [string, string])[],
  cookies: readonly string[],
  languages: string,
) => object;

const eventBuilders: Readonly<Record<Api, Build>> = {
  "an HTTP API": (method, path, query, cookies, languages) => {
    const wellFormed = query.map(([name, value]): [string, string] => [
      name.toWellFormed(),
      value.toWellFormed(),
    ]);
    const search = `${new URLSearchParams(wellFormed)}`;
    const event = browserHttpApiEvent(method, path, search, cookies);
    return { ...event, headers: { ...event.headers, "accept-language": languages } };
  },
  "a REST API": (httpMethod, path, query, cookies, languages) => {
    const all = Map.groupBy(query, ([name]) => name);
    const valuesOf = ([name, pairs]: [string, typeof query]) =>
      [name, pairs.map(([, value]) => value)] as const;
    return aProxyEvent({
      httpMethod,
      path,
      multiValueHeaders: { cookie: [cookies.join("; ")], "Accept-Language": [languages] },
      queryStringParameters: Object.fromEntries(query),
      multiValueQueryStringParameters: Object.fromEntries(
        [...all].map((each) => valuesOf(each as [string, typeof query])),
      ) as Record<string, string[]>,
    });
  },
};

/** A stranger's request to the consent host: links, the provider's redirects, cookies. */
export const pageRequests = border({
  name: "consent pages",
  inputs: fc.record({ realm: among(consentRealms), request }),
  play: ({ realm: position, request }, recorder) => {
    const realm = fuzzRealms[position];
    if (!realm) throw new RangeError("There is no such realm.");
    return FuzzWorld.play(realm, recorder, async (world) => {
      const begun = await followToProvider(world, request.api);
      const journey =
        request.step === "result" ? await reachResult(world, begun, request.api) : begun;
      world.clock.skip(request.passedMs);
      const name = request.step === "callback" ? "complete-consent" : "begin-consent";
      await world.invoke(name, eventOf(request, journey));
    });
  },
});

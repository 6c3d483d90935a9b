import fc from "fast-check";
import { cursorOf } from "../../functions/http/page-cursor.ts";
import type { Connection } from "../../functions/model/connection.ts";
import { aProxyEvent, aQuery } from "../support/a-proxy-event.ts";
import { among, hostileJson, hostileText } from "./arbitraries.ts";
import { border } from "./border.ts";
import { FuzzWorld, fingerprint } from "./fuzz-world.ts";
import { fuzzRealms } from "./realms.ts";

const realmText = fc.oneof(
  { weight: 3, arbitrary: fc.constant("conferma/test") },
  { weight: 1, arbitrary: among(["conferma/other", ""]) },
  { weight: 1, arbitrary: hostileText },
);

/** A cursor of anybody who has read how cursors are made: its fingerprint is right. */
const forged = fc
  .tuple(
    fc.option(realmText),
    fc.oneof(
      among(["conferma/test/default", "conferma/test/a", "conferma/zzz/a", "/"]),
      hostileText,
    ),
  )
  .map(([realm, after]) => cursorOf({ realm, after: after as Connection }, fingerprint));

const forgedJson = hostileJson.map((value) => {
  const text = JSON.stringify(value);
  return `${Buffer.from(text).toString("base64url")}.${fingerprint(text)}`;
});

const cursor = fc.oneof(
  { weight: 1, arbitrary: hostileText },
  { weight: 3, arbitrary: forged },
  { weight: 1, arbitrary: forgedJson },
  fc
    .tuple(forged, fc.nat({ max: 100 }), hostileText)
    .map(([text, at, other]) => text.slice(0, at) + other + text.slice(at)),
);

/** Where a page of connections begins, as any caller may say. */
export const pageCursors = border({
  name: "page cursors",
  inputs: fc.record({
    cursor,
    realm: fc.option(realmText, { nil: undefined }),
    isApi: fc.boolean(),
  }),
  play: ({ cursor, realm, isApi }, recorder) => {
    const [conferma] = fuzzRealms;
    if (!conferma) throw new RangeError("There is no such realm.");
    const query = { cursor, ...(realm === undefined ? {} : { realm }) };
    const event = isApi
      ? aProxyEvent({ path: "/v1/connections", ...aQuery(...Object.entries(query)) })
      : query;
    return FuzzWorld.play(conferma, recorder, async (world) => {
      await world.invoke("vend-token", {});
      await world.invoke("list-connections", event);
    });
  },
});

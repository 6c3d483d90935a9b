import fc from "fast-check";
import { among, edited, hostileJson, hostileText } from "./arbitraries.ts";
import { border } from "./border.ts";
import type { InvokedFunction } from "./fuzz-world.ts";
import { FuzzWorld } from "./fuzz-world.ts";
import { boundRealms, consentRealms, fuzzRealms } from "./realms.ts";
import { canaries } from "./recorder.ts";

/** Payloads of docs/client.md and of the command line, valid for one function or another. */
const validPayloads = among<unknown>([
  {},
  { account: "default" },
  { account: "default", minValiditySeconds: 30 },
  { account: "default", rejectedVersion: 1 },
  { account: "default", proofFor: "GET https://api.example/accounts", proofNonce: "nonce-1" },
  { account: "jo", code: canaries.code },
  { account: "default", disconnect: true },
  { realm: "conferma/test" },
  { realm: "connectpay/test", cursor: "WyJhIiwiYiJd.0123456789ab" },
  { version: "0", id: "1", "detail-type": "Scheduled Event", detail: {} },
]);

/** What looks like an API's event, and is none. */
const almostApiEvents = among<unknown>([
  { httpMethod: "GET", requestContext: {}, path: "/v1/tokens/conferma/test/default" },
  { httpMethod: null, requestContext: null },
  { rawPath: "/consent/connectpay/test/x", requestContext: { http: null } },
  { rawPath: null, requestContext: { http: { method: "GET" } } },
  { version: "2.0", rawPath: "/callback/connectpay/test", requestContext: { http: {} } },
]);

const event = fc.oneof(
  { weight: 2, arbitrary: hostileJson },
  { weight: 4, arbitrary: edited(validPayloads) },
  { weight: 3, arbitrary: edited(almostApiEvents) },
  { weight: 1, arbitrary: hostileText },
);

/** The realms, by their position, in which a function is invoked. */
const realmsOf: Readonly<Record<InvokedFunction, readonly number[]>> = {
  "vend-token": [0, ...boundRealms],
  "begin-consent": consentRealms,
  "complete-consent": consentRealms,
  "list-connections": [0],
  "renew-tokens": [0],
};
const functions = Object.keys(realmsOf) as InvokedFunction[];

/** A payload of a direct invocation: any JSON that somebody with the permission to invoke sends. */
export const directEvents = border({
  name: "direct events",
  inputs: among(functions).chain((invoked) =>
    fc.record({ invoked: fc.constant(invoked), realm: among(realmsOf[invoked]), event }),
  ),
  play: ({ invoked, realm: position, event }, recorder) => {
    const realm = fuzzRealms[position];
    if (!realm) throw new RangeError("There is no such realm.");
    return FuzzWorld.play(realm, recorder, async (world) => {
      await world.invoke(invoked, event);
    });
  },
});

import fc from "fast-check";
import { nodeHttp } from "../../functions/platform/http-request.ts";
import { loopbackOnly } from "../support/network-policies.ts";
import type { Edit } from "./arbitraries.ts";
import { among, applyEdits, edits, hostileJson, hostileText } from "./arbitraries.ts";
import { border } from "./border.ts";
import { callbackEvent, followToProvider } from "./consent-journey.ts";
import { FuzzWorld } from "./fuzz-world.ts";
import { publishedKeys, tokenAnswer } from "./honest-provider.ts";
import { providerServer } from "./provider-answers.ts";
import { properAnswer } from "./provider-bytes.ts";
import { realmPositions, realmsAt } from "./realms.ts";
import { canaries } from "./recorder.ts";

const pem = (label: string, text: string) =>
  `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----`;
const certificate = pem("CERTIFICATE", canaries.clientSecret);

/** Members with which a valid secret is changed, or that it gets. */
const members = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record({
      tlsCertificateChain: fc.oneof(fc.constant(certificate), hostileText),
      tlsPrivateKey: fc.oneof(fc.constant(pem("PRIVATE KEY", "MAA=")), hostileText),
    }),
  },
  { weight: 3, arbitrary: fc.record({ clientId: hostileText }) },
  { weight: 2, arbitrary: fc.record({ clientSecret: hostileText }) },
  { weight: 1, arbitrary: fc.record({ apiKey: hostileText, expiresAt: hostileText }) },
  { weight: 1, arbitrary: fc.record({ platformKey: hostileText }) },
  { weight: 1, arbitrary: fc.record({ privateKey: hostileText, keyId: hostileText }) },
  { weight: 1, arbitrary: fc.record({ subject: hostileText, subjectToken: hostileText }) },
  { weight: 1, arbitrary: fc.record({ username: hostileText, password: hostileText }) },
  { weight: 1, arbitrary: fc.record({ scope: hostileText }) },
);

type SecretChange =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "members"; readonly members: object; readonly edits: readonly Edit[] };

const change: fc.Arbitrary<SecretChange> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc
      .oneof(
        hostileText,
        hostileJson.map((value) => JSON.stringify(value)),
      )
      .map((text) => ({ kind: "text" as const, text })),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("members" as const), members, edits }),
  },
);

function changedSecret(valid: object, change: SecretChange): string {
  if (change.kind === "text") return change.text;
  return JSON.stringify(applyEdits({ ...valid, ...change.members }, change.edits));
}

/** The text of a secret, as somebody puts it into Secrets Manager by hand. */
export const secretTexts = border({
  name: "secrets",
  inputs: fc.record({
    realm: realmPositions,
    change,
    /** Put before the link is made, or once the person is at the provider. */
    when: among(["before", "after"] as const),
  }),
  play: async ({ realm: position, change, when }, recorder) => {
    const server = await providerServer();
    const realm = realmsAt(server.url)[position];
    if (!realm) throw new RangeError("There is no such realm.");
    const secret = changedSecret(realm.secret, change);
    await FuzzWorld.play(realm, recorder, async (world) => {
      if (when === "before") world.secret = secret;
      const isConsent = world.consents !== null;
      if (isConsent && when === "before") {
        await world.invoke("begin-consent", { account: "jo" });
        return;
      }
      const journey = isConsent ? await followToProvider(world, "a REST API") : null;
      const token = await tokenAnswer(realm.settings, world.nonce, world.clock.now());
      world.secret = secret;
      world.send = nodeHttp(world.clock, loopbackOnly);
      const keys = "jwksUrl" in realm.settings ? [properAnswer(publishedKeys)] : [];
      await server.answering([...keys, properAnswer(JSON.stringify(token))], async () => {
        if (journey) await world.invoke("complete-consent", callbackEvent(journey, "a REST API"));
        else await world.invoke("vend-token", world.vendRequest);
      });
    });
  },
});

import fc from "fast-check";
import { nodeHttp } from "../../functions/platform/http-request.ts";
import { loopbackOnly } from "../support/network-policies.ts";
import { among } from "./arbitraries.ts";
import { border } from "./border.ts";
import { callbackEvent, consented, followToProvider } from "./consent-journey.ts";
import { FuzzWorld } from "./fuzz-world.ts";
import { idTokenOf, publishedKeys, tokenAnswer } from "./honest-provider.ts";
import { properAnswer, rawAnswers } from "./provider-bytes.ts";
import type { RawAnswer } from "./provider-server.ts";
import { ProviderServer } from "./provider-server.ts";
import type { FuzzRealm } from "./realms.ts";
import { realmPositions, realmsAt } from "./realms.ts";

/** What asks the provider. Those that only a consent has ask for a token where there is none. */
const acts = ["vend", "reject", "tick", "callback", "disconnect", "refresh"] as const;
type Act = (typeof acts)[number];

/** One answer is hostile; those before it are as they should be. */
const script = fc.record({
  properFirst: fc.constantFrom(0, 0, 0, 0, 0, 1, 2),
  hostile: fc.array(rawAnswers, { minLength: 1, maxLength: 2 }),
});

let started: Promise<ProviderServer> | undefined;

/** One for all inputs of this thread. */
export function providerServer(): Promise<ProviderServer> {
  started ??= ProviderServer.start();
  return started;
}

/** What a provider sends over a socket: bytes that follow no rule, and rules for which there is no excuse. */
export const providerAnswers = border({
  name: "provider answers",
  inputs: fc.record({ realm: realmPositions, act: among(acts), script }),
  play: async ({ realm: position, act, script: { properFirst, hostile } }, recorder) => {
    const server = await providerServer();
    const realm = realmsAt(server.url)[position];
    if (!realm) throw new RangeError("There is no such realm.");
    await FuzzWorld.play(realm, recorder, async (world) => {
      const ask = await prepared(world, act);
      world.send = nodeHttp(world.clock, loopbackOnly);
      const proper = (await properAnswers(world, realm)).slice(0, properFirst);
      const answers = [...proper, ...(await filledAnswers(world, realm, hostile))];
      await server.answering(answers, ask);
    });
  },
});

/** In the order in which the first consent asks: for the keys, then for the token. */
async function properAnswers(world: FuzzWorld, { settings }: FuzzRealm): Promise<RawAnswer[]> {
  const token = await tokenAnswer(settings, world.nonce, world.clock.now());
  const answer = properAnswer(JSON.stringify(token));
  return "jwksUrl" in settings ? [properAnswer(publishedKeys), answer] : [answer, answer];
}

/** Signed only now, because a nonce is the journey's. */
async function filledAnswers(
  world: FuzzWorld,
  { settings }: FuzzRealm,
  answers: readonly RawAnswer[],
): Promise<RawAnswer[]> {
  const idToken = await idTokenOf(settings, world.nonce, world.clock.now());
  const fill = (part: string) => part.replace("{idToken}", idToken);
  return answers.map((answer) => ({ ...answer, parts: answer.parts.map(fill) }));
}

/** Brings the world to where the provider is asked, and returns the question. */
async function prepared(world: FuzzWorld, act: Act): Promise<() => Promise<void>> {
  const { vendRequest: request } = world;
  const { account } = request;
  if (act === "callback" && world.consents) {
    const event = callbackEvent(await followToProvider(world, "an HTTP API"), "an HTTP API");
    return async () => void (await world.invoke("complete-consent", event));
  }
  const vend = async () => void (await world.invoke("vend-token", request));
  // Its provider is asked once, when the key is new.
  if (isStaticKey(world)) return vend;
  if (world.consents) await consented(world);
  else if (act !== "vend") await vend();
  if (act === "disconnect" && world.consents) {
    return async () => void (await world.invoke("complete-consent", { account, disconnect: true }));
  }
  if (act === "reject") {
    return async () => void (await world.invoke("vend-token", { ...request, rejectedVersion: 1 }));
  }
  return async () => {
    // The token has ended, or is about to.
    world.clock.skip(act === "tick" ? 3_200_000 : 3_700_000);
    await world.invoke(
      act === "tick" ? "renew-tokens" : "vend-token",
      act === "tick" ? {} : request,
    );
  };
}

function isStaticKey({ realm }: FuzzWorld): boolean {
  return "headerName" in realm || "probePath" in realm;
}

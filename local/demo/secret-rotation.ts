import { generateValue } from "../secret-seeder.ts";
import type { LocalStack } from "../stack.ts";
import type { Caller, CallerReply } from "./callers.ts";
import { callConcurrently, createCaller, processesOf } from "./callers.ts";
import type { Scene } from "./scene.ts";
import { exactly, none } from "./verdict.ts";

const callers = 40;
const processes = 4;
const secretName = "token-vending/conferma/sandbox/default";

export const secretRotation: Scene = {
  letter: "e",
  title: "Secret rotation",
  description:
    "The client secret is replaced and tried out by hand, which kills our token; nothing is restarted.",
  options: {},
  async run(stack) {
    const { conferma } = stack.providers;
    const { host } = stack;
    const caller = createCaller(stack, "conferma");
    await host.prestart(caller.functionName, processes);
    const everyone = () => callConcurrently(callers, processes, () => vendAndUse(caller));

    // Alone, so that the process which has read the secret is known: the host prefers the same one.
    await vendAndUse(caller);
    const before = await everyone();
    const issuedBefore = conferma.counters.issues();

    await rotateSecret(stack);
    const after = [await vendAndUse(caller), ...(await everyone())];

    const { issues, credentialsRefused } = conferma.counters;
    const knew = processesOf(before.map(({ reply }) => reply));
    const serve = processesOf(after.map(({ reply }) => reply));
    const failed = after.filter(({ isAccepted }) => !isAccepted).length;
    return [
      none("No caller fails after the replacement", failed, after.length, "callers"),
      exactly(
        "No process has to be restarted",
        0,
        [...serve].filter((pid) => !knew.has(pid)).length,
        `of ${serve.size} processes`,
      ),
      exactly("The old secret is offered only once more", 1, credentialsRefused()),
      exactly(
        "The provider issues one token for the new one",
        1,
        issues() - issuedBefore,
        `for ${after.length} callers`,
      ),
    ];
  },
};

/** What every consumer does: when the provider refuses the token, it says so and tries the next one, once. */
async function vendAndUse(caller: Caller): Promise<{ reply: CallerReply; isAccepted: boolean }> {
  const reply = await caller.vend();
  if (!reply.answer || (await caller.isAccepted(reply)))
    return { reply, isAccepted: !!reply.answer };
  const next = await caller.vend({ rejectedVersion: reply.answer.version });
  return { reply: next, isAccepted: await caller.isAccepted(next) };
}

interface ConfermaSecret {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly platformKey: string;
}

async function rotateSecret({ providers: { conferma }, secrets }: LocalStack): Promise<void> {
  const old = await secrets.getOrGenerate(secretName, missing);
  const clientSecret = generateValue("secret");
  conferma.rotateSecret(old.clientId, clientSecret, { keepOld: false });
  conferma.issueAsSomeoneElse(old.platformKey);
  await secrets.rotate(secretName, { ...old, clientSecret });
}

function missing(): ConfermaSecret {
  throw new Error(`${secretName} is missing.`);
}

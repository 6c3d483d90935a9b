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
    "The client secret is rotated and tested by hand, which revokes our token; nothing is restarted.",
  options: {},
  async run(stack) {
    const { conferma } = stack.providers;
    const { host } = stack;
    const caller = createCaller(stack, "conferma");
    await host.prestart(caller.functionName, processes);
    const allCallers = () => callConcurrently(callers, processes, () => vendAndUse(caller));

    // Alone, so that one process has read the secret: the host prefers to reuse it.
    await vendAndUse(caller);
    const before = await allCallers();
    const issuedBefore = conferma.counters.issues();

    await rotateSecret(stack);
    const after = [await vendAndUse(caller), ...(await allCallers())];

    const { issues, credentialsRefused } = conferma.counters;
    const processesBefore = processesOf(before.map(({ reply }) => reply));
    const processesAfter = processesOf(after.map(({ reply }) => reply));
    const failed = after.filter(({ isAccepted }) => !isAccepted).length;
    return [
      none("No caller fails after the rotation", failed, after.length, "callers"),
      exactly(
        "No process has to be restarted",
        0,
        [...processesAfter].filter((pid) => !processesBefore.has(pid)).length,
        `of ${processesAfter.size} processes`,
      ),
      exactly("The old secret is sent only once more", 1, credentialsRefused()),
      exactly(
        "One token is issued with the new secret",
        1,
        issues() - issuedBefore,
        `for ${after.length} callers`,
      ),
    ];
  },
};

/** As every consumer does: if the provider refuses the token, reports it and retries once with the next one. */
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

import { setTimeout as sleep } from "node:timers/promises";
import type { ConformanceCase, ConformanceStep } from "./case-schema.ts";
import type { ClientProcess, ClientReply } from "./client-process.ts";
import { faultsOfPrints, faultsOfReply, faultsOfTraffic } from "./judge.ts";
import type { Referee } from "./referee.ts";
import { defaultConnection, startReferee } from "./referee.ts";

/** No faults: the client conforms, unless it does not know a command of the case. */
export interface CaseVerdict {
  readonly name: string;
  readonly rule: string;
  readonly faults: readonly string[];
  /** The command that the client's program does not know, so that the case could not be played. */
  readonly unsupported: string | null;
}

/** Plays one case with a new client in the program, and judges what was sent, got and printed. */
async function playCase(
  script: ConformanceCase,
  program: ClientProcess,
  start: (script: ConformanceCase) => Promise<Referee>,
): Promise<CaseVerdict> {
  const { name, rule, connection = defaultConnection, timeoutMs, retries } = script;
  const referee = await start(script);
  const faults: string[] = [];
  let unsupported: string | null = null;

  async function once(command: Readonly<Record<string, unknown>>): Promise<ClientReply> {
    const reply = await program.ask({ ...command, client: name });
    if (reply.unsupported) unsupported ??= `${command["do"]}`;
    return reply;
  }

  async function playStep(step: ConformanceStep): Promise<void> {
    if (unsupported) return;
    if ("whenRequests" in step) await requestsReach(referee, step.whenRequests ?? 0);
    const command = commandOf(step, referee);
    const expected = "expect" in step ? step.expect : undefined;
    const times = "times" in step ? (step.times ?? 1) : 1;
    const began = performance.now();
    await Promise.all(
      Array.from({ length: times }, async () => {
        const reply = await once(command);
        if (reply.unsupported) return;
        const tookMs = performance.now() - began;
        faults.push(...faultsOfReply(step.do, reply, expected, tookMs), ...faultsOfPrints(reply));
      }),
    );
  }

  try {
    const { vendingUrl } = referee;
    await once({ do: "create", vendingUrl, connection, timeoutMs, retries });
    for (const step of script.steps) {
      await Promise.all("together" in step ? step.together.map(playStep) : [playStep(step)]);
    }
    faults.push(...faultsOfTraffic(script, referee));
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  } finally {
    await referee.stop();
  }
  // Fifty callers that get the same wrong answer are one fault.
  return { name, rule, faults: unsupported ? [] : [...new Set(faults)], unsupported };
}

/** Plays all cases, sixteen at a time: most of their time they wait. */
export async function playCases(
  scripts: readonly ConformanceCase[],
  program: ClientProcess,
  tell: (verdict: CaseVerdict) => void = () => {},
  start: (script: ConformanceCase) => Promise<Referee> = startReferee,
): Promise<CaseVerdict[]> {
  const left = [...scripts];
  const verdicts: CaseVerdict[] = [];
  async function playOn(): Promise<void> {
    for (let script = left.shift(); script; script = left.shift()) {
      const verdict = await playCase(script, program, start);
      tell(verdict);
      verdicts.push(verdict);
    }
  }
  await Promise.all(Array.from({ length: 16 }, playOn));
  return verdicts;
}

/** What the client's program is told: the step without what is judged. */
function commandOf(step: ConformanceStep, { providerUrl }: Referee): Record<string, unknown> {
  const ofReferee = ["expect", "times", "whenRequests"];
  const told = Object.entries(step).filter(([member]) => !ofReferee.includes(member));
  const command: Record<string, unknown> = Object.fromEntries(told);
  if (step.do === "fetch" && step.url.startsWith("/")) command["url"] = `${providerUrl}${step.url}`;
  return command;
}

async function requestsReach({ requests }: Referee, count: number): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (requests.length < count && performance.now() < giveUpAt) await sleep(5);
}

import { parseArgs } from "node:util";
import { coldStart } from "./demo/cold-start.ts";
import { crash } from "./demo/crash.ts";
import { outage } from "./demo/outage.ts";
import { rejectionStorm } from "./demo/rejection-storm.ts";
import { allPromisesHeld, announcement, report, reportJson } from "./demo/report.ts";
import { rollover } from "./demo/rollover.ts";
import type { Scene, SceneResult } from "./demo/scene.ts";
import { runScene } from "./demo/scene.ts";
import { secretRotation } from "./demo/secret-rotation.ts";

const scenes = [coldStart, rollover, rejectionStorm, crash, secretRotation, outage];

const usage = `npm run demo -- [options]

Takes about a minute. The exit code is 0 if every promise held, else 1.

  --scene <letter>      run only this scene; may be repeated
                        ${scenes.map(({ letter, title }) => `${letter}  ${title}`).join("\n                        ")}
  --json                print one JSON document on standard output,
                        progress on standard error
  --help                this text
`;

const heading =
  "Real processes, simulated providers. The figures come from the providers'\njournals, not from our own logs.\n";

const options = {
  scene: { type: "string", multiple: true, default: [] as string[] },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Returns the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const chosen = selectScenes(values.scene);
  const print = values.json ? console.error : console.log;
  print(heading);
  const results = await runScenes(chosen, print);
  if (!results) {
    print("Interrupted. Everything has been stopped.");
    return 130;
  }
  console.log(values.json ? reportJson(results) : `\n${report(results)}`);
  return allPromisesHeld(results) ? 0 : 1;
}

function selectScenes(letters: readonly string[]): readonly Scene[] {
  const unknown = letters.find((letter) => !scenes.some((scene) => scene.letter === letter));
  if (unknown !== undefined) throw new RangeError(`There is no scene ${unknown}; try --help.`);
  return letters.length === 0 ? scenes : scenes.filter(({ letter }) => letters.includes(letter));
}

/** Undefined if it was interrupted. */
async function runScenes(
  chosen: readonly Scene[],
  print: (line: string) => void,
): Promise<SceneResult[] | undefined> {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => interruption.abort());
  }
  const results: SceneResult[] = [];
  for (const scene of chosen) {
    print(announcement(scene));
    results.push(await runScene(scene, interruption.signal));
    if (interruption.signal.aborted) return undefined;
  }
  return results;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
// An interrupted scene may still have pending timers.
process.exit();

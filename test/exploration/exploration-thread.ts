import { parentPort } from "node:worker_threads";
import type { ExplorationJob, ThreadMessage } from "./exploration-jobs.ts";
import { exploreScenario } from "./scenario.ts";
import { scenarioNamed } from "./scenarios.ts";
import { variantNamed } from "./variants.ts";

/** Explores one scenario after another (exploration-jobs.ts). */
parentPort?.on("message", async ({ scenario, variant, ...limits }: ExplorationJob) => {
  const breakage = variant === undefined ? {} : variantNamed(variant);
  const onRun = (runs: number) => void (runs % 100 === 0 && say({ runs }));
  say({
    exploration: await exploreScenario(scenarioNamed(scenario), { ...limits, breakage, onRun }),
  });
});

function say(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

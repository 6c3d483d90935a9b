import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ProviderOptions } from "../providers.ts";
import type { LocalStack, StackOptions } from "../stack.ts";
import { startStack } from "../stack.ts";
import type { Verdict } from "./verdict.ts";
import { unfinished } from "./verdict.ts";

/** One part of the demo: it runs on a new stack, and measures whether promises hold. */
export interface Scene {
  readonly letter: string;
  readonly title: string;
  /** One sentence that is printed before the scene. */
  readonly description: string;
  readonly options: ProviderOptions & Pick<StackOptions, "bundled" | "onTableAnswer">;
  run(stack: LocalStack): Promise<Verdict[]>;
}

/** The measurements of a scene. */
export interface SceneResult {
  readonly letter: string;
  readonly verdicts: readonly Verdict[];
  readonly ms: number;
}

export async function runScene(scene: Scene, interruption: AbortSignal): Promise<SceneResult> {
  const startedAt = performance.now();
  const verdicts = await runOnOwnStack(scene, interruption).catch((error: unknown) => [
    unfinished(error),
  ]);
  return { letter: scene.letter, verdicts, ms: performance.now() - startedAt };
}

/** Always stops the stack and removes its files. */
async function runOnOwnStack(
  { options, run }: Scene,
  interruption: AbortSignal,
): Promise<Verdict[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-demo-"));
  try {
    const stack = await startStack({ ...options, folder });
    try {
      return await Promise.race([run(stack), interrupted(interruption)]);
    } finally {
      await stack.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function interrupted(interruption: AbortSignal): Promise<never> {
  if (!interruption.aborted) await once(interruption, "abort");
  throw new Error("interrupted");
}

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ProviderOptions } from "../providers.ts";
import type { LocalStack, StackOptions } from "../stack.ts";
import { startStack } from "../stack.ts";
import type { Verdict } from "./verdict.ts";
import { unfinished } from "./verdict.ts";

/** One part of the story: something happens to a fresh stack, and promises are measured. */
export interface Scene {
  readonly letter: string;
  readonly title: string;
  /** For someone who sees this for the first time. */
  readonly story: string;
  readonly options: ProviderOptions & Pick<StackOptions, "bundled">;
  play(stack: LocalStack): Promise<Verdict[]>;
}

/** A scene that was played. */
export interface PlayedScene {
  readonly letter: string;
  readonly verdicts: readonly Verdict[];
  readonly ms: number;
}

export async function playScene(scene: Scene, interruption: AbortSignal): Promise<PlayedScene> {
  const begun = performance.now();
  const verdicts = await playOnOwnStack(scene, interruption).catch((error: unknown) => [
    unfinished(error),
  ]);
  return { letter: scene.letter, verdicts, ms: performance.now() - begun };
}

/** Leaves no process and no file behind, however the scene ends. */
async function playOnOwnStack(
  { options, play }: Scene,
  interruption: AbortSignal,
): Promise<Verdict[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-demo-"));
  try {
    const stack = await startStack({ ...options, folder });
    try {
      return await Promise.race([play(stack), interrupted(interruption)]);
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

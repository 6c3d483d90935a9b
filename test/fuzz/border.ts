import type { Arbitrary } from "fast-check";
import type { Recorder } from "./recorder.ts";

/** A place at which strangers' data enters, and how it is told there. */
export interface Border<Input = unknown> {
  readonly name: string;
  readonly inputs: Arbitrary<Input>;
  /** Plays one input in a world of its own. It throws only if the code under test does. */
  play(input: Input, recorder: Recorder): Promise<void>;
}

/** Keeps the type of an input between its generator and its player. */
export function border<Input>(declared: Border<Input>): Border {
  return declared as Border;
}

export const verdicts = ["crash", "internal", "hang", "leak"] as const;
export type FindingVerdict = (typeof verdicts)[number];

/** A verdict on one input, and what it is based on. */
export interface Finding {
  readonly verdict: FindingVerdict;
  readonly why: string;
}

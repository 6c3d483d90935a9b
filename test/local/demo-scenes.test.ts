import { describe, expect, inject, test } from "vitest";
import type { DynamoDbAnswer } from "../../local/aws/dynamodb/dynamodb.ts";
import { coldStart } from "../../local/demo/cold-start.ts";
import { crash } from "../../local/demo/crash.ts";
import { outage } from "../../local/demo/outage.ts";
import { rejectionStorm } from "../../local/demo/rejection-storm.ts";
import { rollover } from "../../local/demo/rollover.ts";
import type { Scene, SceneResult } from "../../local/demo/scene.ts";
import { runScene } from "../../local/demo/scene.ts";
import { secretRotation } from "../../local/demo/secret-rotation.ts";
import type { ObservedWrite } from "../support/check-transitions.ts";
import { checkTransitions } from "../support/check-transitions.ts";
import { tableWrites } from "../support/write-history.ts";

describe("the table's writes follow the documented protocol", () => {
  const quick = [coldStart, crash, rejectionStorm, secretRotation];
  const played = async (scene: Scene): Promise<readonly [SceneResult, ObservedWrite[]]> => {
    const answers: DynamoDbAnswer[] = [];
    const onTableAnswer = (answer: DynamoDbAnswer) => answers.push(answer);
    const options = { ...scene.options, bundled: inject("bundlesFolder"), onTableAnswer };
    const result = await runScene({ ...scene, options }, new AbortController().signal);
    return [result, tableWrites(answers)];
  };

  test.each(quick)("in $title", async (scene) => {
    const [result, writes] = await played(scene);
    // How long something took depends on what else the machine does.
    const counted = result.verdicts.filter(({ measured }) => !/ ms\b/.test(measured));
    expect(counted.length).toBeGreaterThan(1);
    expect(counted.filter(({ held }) => !held)).toEqual([]);
    expect(writes.length).toBeGreaterThan(2);
    expect(checkTransitions(writes)).toEqual([]);
  });

  // In parallel, because they mostly wait. Their measurements are not checked here.
  test("in Rollover and Outage", async () => {
    const scenes = await Promise.all([rollover, outage].map(played));
    for (const [{ verdicts }, writes] of scenes) {
      expect(verdicts.length).toBeGreaterThan(1);
      expect(writes.length).toBeGreaterThan(8);
      expect(checkTransitions(writes)).toEqual([]);
    }
  });
});

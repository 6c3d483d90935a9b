import { execFile } from "node:child_process";
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { allPromisesHeld, report, reportJson } from "../../local/demo/report.ts";
import type { Scene } from "../../local/demo/scene.ts";
import { runScene } from "../../local/demo/scene.ts";
import type { Verdict } from "../../local/demo/verdict.ts";
import { all, atLeast, atMost, exactly, none } from "../../local/demo/verdict.ts";

const root = path.join(import.meta.dirname, "..", "..");
/** Runs with an empty environment. */
const demo = (args: readonly string[], env: { readonly TMPDIR?: string } = {}) =>
  promisify(execFile)(process.execPath, ["local/demo.ts", ...args], { cwd: root, env });

describe("the command", () => {
  test("runs scenes with real processes, prints one JSON document and leaves nothing behind", async () => {
    const TMPDIR = mkdtempSync(path.join(tmpdir(), "demo-test-"));
    onTestFinished(() => rmSync(TMPDIR, { recursive: true }));
    const args = ["--json", "--scene", "a", "--scene", "e"];
    const { stdout, stderr } = await demo(args, { TMPDIR });
    const { held, ms, scenes } = JSON.parse(stdout);
    expect(held).toBe(true);
    expect(ms).toBeGreaterThan(0);
    expect(new Set(scenes.map(({ scene }: { scene: string }) => scene))).toEqual(
      new Set(["a", "e"]),
    );
    for (const scene of scenes) {
      expect(scene).toEqual({
        scene: expect.any(String),
        promise: expect.any(String),
        expected: expect.any(String),
        measured: expect.any(String),
        held: true,
      });
    }
    expect(stderr).toContain("Cold start");
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  test("names the scene that does not exist", async () => {
    await expect(demo(["--scene", "z"])).rejects.toMatchObject({
      code: 1,
      stderr: "There is no scene z; try --help.\n",
    });
  });
});

describe("a verdict", () => {
  test("is the comparison of what was promised with what was measured", () => {
    const held = [exactly("", 1, 1), atMost("", 2, 2, "ms"), atLeast("", 2, 2, "ms")];
    const broken = [exactly("", 1, 2), atMost("", 2, 3, "ms"), atLeast("", 2, 1, "ms")];
    expect(held.map((verdict) => verdict.held)).toEqual([true, true, true]);
    expect(broken.map((verdict) => verdict.held)).toEqual([false, false, false]);
  });

  test("does not hold if there was nothing to measure", () => {
    const verdicts = [
      all("", 0, 0, "callers"),
      none("", 0, 0, "callers"),
      atMost("", 1000, Math.max(), "ms"),
      atLeast("", 0, Number.NaN, "ms"),
    ];
    expect(verdicts.map(({ held }) => held)).toEqual([false, false, false, false]);
    expect(verdicts.at(-1)?.measured).toBe("never ms");
  });

  test("shows the measured numbers", () => {
    expect(exactly("One token", 1, 2, "for 64 callers")).toEqual({
      promise: "One token",
      expected: "1",
      measured: "2 for 64 callers",
      held: false,
    });
    expect(none("Refused", 3, 70, "uses")).toMatchObject({
      expected: "0",
      measured: "3 of 70 uses",
    });
  });
});

describe("the outcome", () => {
  const played = (...verdicts: Verdict[]) => [{ letter: "x", verdicts, ms: 1234 }];

  test("is good when every promise of every scene held", () => {
    expect(allPromisesHeld(played(exactly("One", 1, 1)))).toBe(true);
    expect(
      allPromisesHeld([...played(exactly("One", 1, 1)), ...played(exactly("Two", 2, 1))]),
    ).toBe(false);
    expect(allPromisesHeld(played())).toBe(false);
    expect(allPromisesHeld([])).toBe(false);
  });

  test("shows the promise that did not hold", () => {
    const scenes = played(exactly("One token", 1, 2), exactly("One process", 1, 1));
    expect(report(scenes)).toMatch(/✗ x {2}One token +1 +2/);
    expect(report(scenes)).toContain("1 of 2 promises did not hold; 1 s in all.");
    expect(JSON.parse(reportJson(scenes))).toMatchObject({ held: false, ms: 1234 });
  });
});

test("the report fits 80 columns, with the longest promise of each scene", () => {
  const promises = globSync("local/demo/*.ts", { cwd: root })
    .map((file) => readFileSync(path.join(root, file), "utf8"))
    .flatMap((text) => [...text.matchAll(/\b(?:exactly|atMost|atLeast|all|none)\(\s*"([^"]+)"/g)])
    .map(([, promise = ""]) => promise);
  expect(promises.length).toBeGreaterThan(25);
  const verdicts = promises.map((promise) => all(promise, 1284, 1284, "callers"));
  const lines = report([{ letter: "x", verdicts, ms: 1 }]).split("\n");
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

describe("a scene", () => {
  const never = new AbortController().signal;
  const scene = (play: Scene["run"]): Scene => ({
    letter: "x",
    title: "Made up",
    description: "",
    options: { bundled: inject("bundlesFolder") },
    run: play,
  });

  test("that fails counts as broken promises, and its stack is stopped", async () => {
    let url = "";
    const fails = scene(async (stack) => {
      url = stack.dynamoDb.url;
      throw new Error("something else happened");
    });
    const played = await runScene(fails, never);
    expect(played.verdicts).toMatchObject([{ measured: "something else happened", held: false }]);
    expect(allPromisesHeld([played])).toBe(false);
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  test("that is interrupted ends at once, with its processes", async () => {
    const interruption = new AbortController();
    let pids: number[] = [];
    const lasts = scene(async ({ host, functionOf, providers: { realms } }) => {
      for (const realm of realms.slice(0, 1)) await host.prestart(functionOf(realm).name, 2);
      pids = host.processes().map(({ pid }) => pid);
      interruption.abort();
      return new Promise(() => {});
    });
    const { verdicts } = await runScene(lasts, interruption.signal);
    expect(verdicts).toMatchObject([{ measured: "interrupted", held: false }]);
    expect(pids).toHaveLength(2);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});

import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = path.join(import.meta.dirname, "..");
const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");

/** Beside the other tests rather than before them: it keeps one core busy for many seconds. */
test("every file has the types that it claims", async () => {
  const check = promisify(execFile)(process.execPath, [tsc, "--pretty", "false"], { cwd: root });
  const told = await check.catch(({ stdout, message }) => ({ stdout: stdout || message }));
  expect(told.stdout).toBe("");
});

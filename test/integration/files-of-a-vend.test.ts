import path from "node:path";
import { expect, it } from "vitest";
import { confermaWorld } from "../support/stack-realms.ts";

const functions = path.join(import.meta.dirname, "../../functions");

/** The adapters of the ports, and `compose.ts`, which connects them: a reader of one vend stops at the ports. */
const adapters =
  /^(providers|sealing|secrets|platform)\/|^store\/((quick|sdk)-item-table|item-in-answer)\.ts$|^compose\.ts$/;

const coreOf = (files: readonly string[]) => files.filter((file) => !adapters.test(file));

it("a cold vend runs through at most 31 files up to its ports, and not many more behind them", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const process = await stack.startFromSource(realm, stack.kmsKey);

  const { answer, files } = await process.traceVend(functions);

  expect(answer).toMatchObject({ version: 1 });
  expect(simulator.counters.issues()).toBe(1);
  const core = coreOf(files);
  // The measurement works: it has files that every renewal needs, on both sides of the ports.
  expect(core).toEqual(
    expect.arrayContaining([
      "http/attribution.ts",
      "http/vend-endpoint.ts",
      "vending/one-flight.ts",
      "vending/decision/decide.ts",
      "vending/issuing/renew-connection.ts",
      "vending/issuing/commit-token.ts",
      "store/dynamodb-token-store.ts",
    ]),
  );
  expect(files).toEqual(
    expect.arrayContaining(["providers/conferma.ts", "sealing/data-keys.ts", "compose.ts"]),
  );
  expect(core.length, core.join("\n")).toBeLessThanOrEqual(31);
  expect(files.length, files.join("\n")).toBeLessThanOrEqual(70);

  const warm = await process.traceVend(functions);
  expect(warm.answer).toMatchObject({ version: 1 });
  expect(coreOf(warm.files).length, warm.files.join("\n")).toBeLessThanOrEqual(12);
});

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { MemoryTable } from "../support/memory-table.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

/**
 * How a request to the table may go wrong. `repeated`: the SDK sends again what had succeeded. `late`: it arrives long
 * after its sender has given up.
 */
export type TableFault = "none" | "unavailable" | "answer-lost" | "repeated" | "late";

/** DynamoDB with answers that may not arrive. */
export class SimulatedTable extends MemoryTable {
  /** Changes a command: for broken variants only. */
  rewrite: (command: object) => object = (command) => command;
  /** Whose command is performed. */
  writer: SimulatedProcess | null = null;

  /** The table as one process reaches it: what it is sent there and back takes `latencyMs()`. */
  clientOf(
    process: SimulatedProcess,
    latencyMs: () => number,
    nextFault: () => TableFault,
  ): DynamoDBClient {
    const send = async (sent: object, { abortSignal }: { abortSignal?: AbortSignal } = {}) => {
      const command = this.rewrite(sent);
      const fault = nextFault();
      await process.io(latencyMs() / 2, abortSignal);
      if (fault === "unavailable") {
        await process.io(latencyMs(), abortSignal);
        throw new Error("unavailable");
      }
      if (fault === "late") {
        const waitsMs = 300 + latencyMs() * 50;
        process.later(waitsMs + latencyMs() ** 4 * 6, () => {
          this.writer = process;
          this.perform(command);
        });
        await process.io(waitsMs, abortSignal);
        throw new Error("timed out");
      }
      this.writer = process;
      let { answer } = this.perform(command);
      if (fault === "repeated") answer = this.perform(command).answer;
      await process.io(latencyMs() / 2, abortSignal);
      if (fault === "answer-lost") throw new Error("the answer was lost");
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { send } as unknown as DynamoDBClient;
  }
}

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
  /** Whose command is performed, and how far its clock was ahead when it was sent. */
  writer: SimulatedProcess | null = null;
  writerAheadMs = 0;

  /** The table as one process reaches it: what it is sent there and back takes `latencyMs()`. */
  clientOf(
    process: SimulatedProcess,
    latencyMs: () => number,
    nextFault: () => TableFault,
  ): DynamoDBClient {
    const send = async (sent: object, { abortSignal }: { abortSignal?: AbortSignal } = {}) => {
      const command = this.rewrite(sent);
      const fault = nextFault();
      const { aheadMs } = process;
      const perform = () => {
        this.writer = process;
        this.writerAheadMs = aheadMs;
        return this.perform(command).answer;
      };
      if (fault === "unavailable") {
        await process.io(latencyMs() * 1.5, abortSignal);
        throw new Error("unavailable");
      }
      if (fault === "late") {
        const waitsMs = 300 + latencyMs() * 50;
        process.later(waitsMs + latencyMs() ** 4 * 6, perform);
        await process.io(waitsMs, abortSignal);
        throw new Error("timed out");
      }
      const act = () => {
        const answer = perform();
        return fault === "repeated" ? perform() : answer;
      };
      const ms = latencyMs();
      if (fault === "answer-lost") {
        await process.io(ms / 2, abortSignal);
        act();
        await process.io(ms / 2, abortSignal);
        throw new Error("the answer was lost");
      }
      const answer = await process.askAws(ms, act, abortSignal);
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { send } as unknown as DynamoDBClient;
  }
}

import { onTestFinished, vi } from "vitest";
import type { Screen } from "../../cli/command.ts";
import { run } from "../../cli/run.ts";
import { startLambdaApi } from "../../local/aws/lambda/lambda-api.ts";
import type { InvocationResult } from "../../local/aws/lambda/lambda-host.ts";
import type { Guard } from "../../local/aws/sigv4/guard.ts";
import { ALLOW_ALL } from "../../local/aws/sigv4/guard.ts";
import { at } from "../support/a-record.ts";

interface Deployed {
  readonly description: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where its code is. */
  readonly folder?: string;
  /** The function's answer. It fails if this throws. */
  answer(payload: Readonly<Record<string, unknown>>): unknown;
}

interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly notices: string;
}

export interface LambdaAccount {
  /** The invocations, with their payloads. */
  readonly invoked: readonly { readonly name: string; readonly payload: unknown }[];
  /** How long commands have waited, in milliseconds; nobody really waits. */
  readonly slept: readonly number[];
  readonly url: string;
  /**
   * Runs one command line, or its words. `code` is what the user pastes; `meanwhile`, given what was printed, what happens until a command
   * that goes on is interrupted.
   */
  run(
    line: string | readonly string[],
    code?: string | null,
    screen?: Screen,
    meanwhile?: (out: string) => Promise<void>,
    /** `frames`: after how many pauses of a watch the operator interrupts it. */
    more?: { readonly frames?: number; readonly now?: () => Date },
  ): Promise<Run>;
}

/** An AWS account with these functions, reached by the SDK over HTTP. */
export async function lambdaAccount(
  deployed: Readonly<Record<string, Deployed>>,
  guard: Guard = ALLOW_ALL,
): Promise<LambdaAccount> {
  const invoked: { name: string; payload: unknown }[] = [];
  const slept: number[] = [];

  async function invoke(name: string, payload: unknown): Promise<InvocationResult> {
    invoked.push({ name, payload });
    const answered = { requestId: "r", pid: 1, coldStart: false, durationMs: 1 };
    try {
      return { ...answered, payload: deployed[name]?.answer(Object(payload)) ?? null };
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      return { ...answered, payload: { errorType, errorMessage }, functionError: "Unhandled" };
    }
  }

  const functions = Object.entries(deployed).map(([name, fn]) => ({
    ...{ name, description: fn.description, handler: "index.handler" },
    ...{ folder: fn.folder ?? "/nowhere", environment: fn.environment ?? {} },
    ...{ timeoutMs: 25_000, memoryMb: 1024 },
  }));
  const api = await startLambdaApi({ functions, invoke, processes: () => [] }, { guard });
  onTestFinished(api.stop);
  const variables = {
    AWS_ENDPOINT_URL_LAMBDA: api.url,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "operator",
    AWS_SECRET_ACCESS_KEY: "operator",
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());

  return {
    invoked,
    slept,
    url: api.url,
    async run(
      line,
      code = null,
      screen = { columns: null, hasColors: false },
      meanwhile = async () => undefined,
      { frames = 0, now = () => at("10:01:00.000") } = {},
    ) {
      const interruption = Promise.withResolvers<void>();
      let left = frames;
      const out: string[] = [];
      const notices: string[] = [];
      const exitCode = await run(
        typeof line === "string" ? line.split(" ").filter(Boolean) : line,
        {
          screen,
          redraw: (text) => out.push(text),
          out: (text) => out.push(text),
          notice: (text) => notices.push(text),
          readCode: async () => code,
          readPiped: async () => null,
          readHidden: async () => null,
          untilInterrupted: () => (frames > 0 ? interruption.promise : meanwhile(out.join("\n"))),
          now,
          sleep: async (ms, signal) => {
            slept.push(ms);
            if (!signal) return;
            left -= 1;
            if (left <= 0) interruption.resolve();
          },
        },
      );
      return { exitCode, out: out.join("\n"), notices: notices.join("\n") };
    },
  };
}

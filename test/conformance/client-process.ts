import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as v from "valibot";

/** What a client's program writes for each command: one line of JSON. */
const replySchema = v.object({
  id: v.number(),
  credential: v.optional(
    v.object({
      version: v.number(),
      token: v.string(),
      headers: v.record(v.string(), v.string()),
      usableUntil: v.nullable(v.string()),
    }),
  ),
  response: v.optional(v.object({ status: v.number() })),
  error: v.optional(
    v.object({
      code: v.nullable(v.string()),
      retryable: v.optional(v.boolean()),
      retryAfterSeconds: v.optional(v.nullable(v.number())),
    }),
  ),
  /** What the language's own ways of printing make of the credential or the error. */
  printed: v.optional(v.array(v.string())),
  /** The program does not know this command. */
  unsupported: v.optional(v.boolean()),
});

export type ClientReply = v.InferOutput<typeof replySchema>;

/** A client under test: a program that reads commands on its standard input and writes replies, in any order. */
export interface ClientProcess {
  /** Rejects when the program ends, or does not reply in time. */
  ask(command: Readonly<Record<string, unknown>>): Promise<ClientReply>;
  /** What it wrote to its standard error so far. */
  errors(): string;
  stop(): Promise<void>;
}

/** Starts the program. A command without a reply after `patienceMs` has failed. */
export function startClient(command: readonly string[], patienceMs = 30_000): ClientProcess {
  const [program = "", ...options] = command;
  const child = spawn(program, options, { stdio: "pipe" });
  const waiting = new Map<number, PromiseWithResolvers<ClientReply>>();
  let errors = "";
  let commands = 0;

  const failAll = (reason: string) => {
    for (const { reject } of waiting.values()) reject(new Error(reason));
    waiting.clear();
  };
  child.stderr.on("data", (data) => {
    errors += data;
  });
  // The reason is told when it ends.
  child.stdin.on("error", () => {});
  child.on("error", (error) => failAll(`the program does not start: ${error.message}`));
  const ended = new Promise<void>((resolve) => {
    child.on("close", (status) => {
      failAll(`the program ended with status ${status}: ${errors}`);
      resolve();
    });
  });
  createInterface(child.stdout).on("line", (line) => {
    const reply = readReply(line);
    if (typeof reply === "string") failAll(reply);
    else waiting.get(reply.id)?.resolve(reply);
  });

  return {
    async ask(fields) {
      commands += 1;
      const id = commands;
      const reply = Promise.withResolvers<ClientReply>();
      waiting.set(id, reply);
      child.stdin.write(`${JSON.stringify({ id, ...fields })}\n`);
      const late = () =>
        reply.reject(new Error(`no reply to "${fields["do"]}" in ${patienceMs} ms`));
      const timer = setTimeout(late, patienceMs);
      return reply.promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(id);
      });
    },
    errors: () => errors,
    async stop() {
      child.stdin.end();
      child.kill();
      await ended;
    },
  };
}

/** The reply, or why it is none. */
function readReply(line: string): ClientReply | string {
  try {
    return v.parse(replySchema, JSON.parse(line));
  } catch {
    // Not quoted: it may hold a token.
    return "the program wrote a line that is not a reply";
  }
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { expect, inject, vi } from "vitest";
import { run } from "../../cli/run.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";

interface Given {
  /** What is piped in; a terminal is there if it is left out. */
  readonly piped?: string | Uint8Array;
  /** The lines that a person types, null for an interruption. */
  readonly typed?: readonly (string | null)[];
}

interface CommandRun {
  readonly exitCode: number;
  readonly out: string;
  readonly notices: string;
  /** The questions that a person was asked. */
  readonly asked: readonly string[];
}

/** The local system, with an operator who puts secrets. */
export interface SecretWorld {
  readonly stack: LocalStack;
  vend(line: string, given?: Given): Promise<CommandRun>;
  /** Writes a secret to a file, as JSON unless it is text or bytes. Returns its path. */
  file(value: object | string | Uint8Array): string;
  stagesOf(secret: string): Promise<Readonly<Record<string, string>>>;
  valueOf(secret: string, stage?: string): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

export async function startSecretWorld(): Promise<SecretWorld> {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-secrets-"));
  const stack = await startStack({ folder, bundled: inject("bundlesFolder") });
  const { operator } = stack.identities;
  const variables = {
    AWS_ENDPOINT_URL_LAMBDA: stack.lambda.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stack.secretsManager.url,
    AWS_REGION: LOCAL_LOCATION.region,
    AWS_ACCESS_KEY_ID: operator.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.keys.secretAccessKey,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const client = new SecretsManagerClient({
    endpoint: stack.secretsManager.url,
    region: LOCAL_LOCATION.region,
    credentials: operator.keys,
  });
  let files = 0;

  return {
    stack,
    async vend(line, { piped, typed = [] } = {}) {
      const out: string[] = [];
      const notices: string[] = [];
      const asked: string[] = [];
      const lines = [...typed];
      const exitCode = await run(line.split(" "), {
        screen: { columns: null, hasColors: false },
        redraw: () => {},
        out: (text) => out.push(text),
        notice: (text) => notices.push(text),
        readCode: async () => null,
        readPiped: async () => (piped === undefined ? null : Buffer.from(piped)),
        untilInterrupted: async () => undefined,
        readHidden: async (questions) => {
          const answers: string[] = [];
          for (const { text, isOptional } of questions) {
            asked.push(text);
            const line = lines.shift() ?? null;
            if (line === null || (line === "" && !isOptional)) return null;
            answers.push(line);
          }
          return answers;
        },
        now: () => new Date(),
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      });
      return { exitCode, out: out.join("\n"), notices: notices.join("\n"), asked };
    },
    file(value) {
      files += 1;
      const name = path.join(folder, `secret-${files}.json`);
      const isRaw = typeof value === "string" || value instanceof Uint8Array;
      writeFileSync(name, isRaw ? value : JSON.stringify(value));
      return name;
    },
    async stagesOf(secret) {
      const command = new DescribeSecretCommand({ SecretId: secret });
      const { VersionIdsToStages = {} } = await client.send(command);
      const staged = Object.entries(VersionIdsToStages);
      return Object.fromEntries(
        staged.flatMap(([id, stages]) => stages.map((stage) => [stage, id])),
      );
    },
    async valueOf(secret, stage = "AWSCURRENT") {
      const command = new GetSecretValueCommand({ SecretId: secret, VersionStage: stage });
      return JSON.parse((await client.send(command)).SecretString ?? "");
    },
    async stop() {
      vi.unstubAllEnvs();
      client.destroy();
      await stack.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

let accounts = 0;

/** An account of its own with a key that was put and is vended. */
export async function vendNewKey({ stack, file, vend }: SecretWorld) {
  accounts += 1;
  const connection = `cfis/staging/key-${accounts}`;
  const key = file({ apiKey: stack.providers.cfis.registerKey() });
  expect((await vend(`secret put ${connection} --file ${key}`)).exitCode).toBe(0);
  expect((await vend(`vend ${connection}`)).exitCode).toBe(0);
  return { connection, secret: `token-vending/${connection}` };
}

import path from "node:path";
import { parseArgs } from "node:util";
import type { LocalPorts } from "./ports.ts";
import { portsFrom, usualFirstPort } from "./ports.ts";

export const startUsage = `npm start -- [options]

  --fresh               delete the data of earlier runs
  --folder <path>       where data, secrets, keys and .env are kept
                        (default: .local)
  --ports <first>       the first of the ports that it takes, one after the
                        other (default: ${usualFirstPort}; 0: free ones)
  --realms <file>       run the realms that this file exports, each against a
                        server made from its declaration, instead of the
                        simulated providers (docs/local-realms.md)
  --once                vend from every connection, then stop
  --logs                show the functions' logs
  --requests            show every request to AWS, and its principal
  --http-port <port>    of one server; so for --console-port, --consents-port,
                        --lambda-port, --dynamodb-port, --secrets-port,
                        --kms-port and --logs-port (0: a free port)
  --help                this text

Ends with 0 when it was stopped, 1 after a fault, 2 for a wrong option, 3 when
it runs on this folder already, and 130 after a second Ctrl-C.
`;

export interface StartOptions {
  readonly folder: string;
  /** The path of the file that exports them; undefined for those of the simulated providers. */
  readonly realms: string | undefined;
  readonly ports: LocalPorts;
  readonly fresh: boolean;
  readonly once: boolean;
  readonly logs: boolean;
  readonly requests: boolean;
  readonly help: boolean;
}

const flag = { type: "boolean", default: false } as const;

const options = {
  ...{ fresh: flag, once: flag, logs: flag, requests: flag, help: flag },
  folder: { type: "string", default: ".local" },
  realms: { type: "string" },
  ports: { type: "string", default: String(usualFirstPort) },
  "consents-port": { type: "string" },
  "console-port": { type: "string" },
  "http-port": { type: "string" },
  "lambda-port": { type: "string" },
  "dynamodb-port": { type: "string" },
  "secrets-port": { type: "string" },
  "kms-port": { type: "string" },
  "logs-port": { type: "string" },
} as const;

export const otherFolder = "Take another folder: npm start -- --folder <path>.";

/** What is wrong with the options is wrong with the call: it says so, and what to do. */
export class WrongOption extends Error {
  override readonly name = "WrongOption";

  /** In one line, with where to read more. */
  static of(error: unknown, help: string): WrongOption {
    const [line] = (error instanceof Error ? error.message : String(error)).split(/\.?\n|\. /);
    return new WrongOption(`${line?.replace(/\.$/, "")}. See ${help}.`, { cause: error });
  }
}

/** Fails with a `WrongOption`. */
export function readStartOptions(args: readonly string[]): StartOptions {
  try {
    const { values } = parseArgs({ args: [...args], options });
    const { folder, fresh, once, logs, requests, help } = values;
    const first = portIn(values.ports);
    const ports: LocalPorts = {
      ...(first === 0 ? {} : portsFrom(first)),
      ...portOf("http", values["http-port"]),
      ...portOf("console", values["console-port"]),
      ...portOf("consents", values["consents-port"]),
      ...portOf("lambda", values["lambda-port"]),
      ...portOf("dynamoDb", values["dynamodb-port"]),
      ...portOf("secretsManager", values["secrets-port"]),
      ...portOf("kms", values["kms-port"]),
      ...portOf("logs", values["logs-port"]),
    };
    const realms = values.realms === undefined ? undefined : path.resolve(values.realms);
    return { folder: path.resolve(folder), realms, ports, fresh, once, logs, requests, help };
  } catch (error) {
    throw WrongOption.of(error, "npm start -- --help");
  }
}

function portOf(name: keyof LocalPorts, text: string | undefined): LocalPorts {
  return text === undefined ? {} : { [name]: portIn(text) };
}

/** Fails with a `RangeError`. */
export function portIn(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw new RangeError(`${text} is not a port`);
}

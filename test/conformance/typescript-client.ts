import path from "node:path";
import { createInterface } from "node:readline";
import { inspect } from "node:util";
import type * as HttpsTransport from "../../client/https-transport.ts";
import type * as Client from "../../client/token-client.ts";
import type * as ClientError from "../../client/token-client-error.ts";

// The client to test is in this folder: by default the repository's.
const folder = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, "../../client"));
const load = (name: string) => import(path.join(folder, `${name}.ts`));
const { createTokenClient }: typeof Client = await load("token-client");
const { httpsTransport }: typeof HttpsTransport = await load("https-transport");
const { TokenClientError }: typeof ClientError = await load("token-client-error");

interface Command {
  readonly id: number;
  readonly client: string;
  readonly do: string;
  readonly vendingUrl: string;
  readonly connection: Client.ConnectionName;
  readonly timeoutMs?: number;
  readonly retries?: number;
  readonly minValiditySeconds?: number;
  readonly remainingMs?: number;
  readonly version: number;
  readonly url: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly aheadSeconds: number;
}

interface Tested {
  readonly client: Client.TokenClient;
  aheadMs: number;
}

const tested = new Map<string, Tested>();
/** The referee checks no signature. */
const signer = { sign: async (request: { headers: Record<string, string> }) => request };

function create({ client: name, vendingUrl, connection, timeoutMs, retries }: Command) {
  const made: Tested = {
    aheadMs: 0,
    client: createTokenClient({
      connection,
      transport: httpsTransport({ baseUrl: vendingUrl, signer }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(retries === undefined ? {} : { retries }),
      now: () => Date.now() + made.aheadMs,
    }),
  };
  tested.set(name, made);
  return {};
}

async function vended(client: Client.TokenClient, vending: ReturnType<Client.TokenClient["vend"]>) {
  const credential = await vending;
  const { version, token, usableUntil } = credential;
  const headers = { ...credential.headers };
  const ways = [credential, { ...credential }, credential.headers, client];
  const printed = ways.flatMap((each) => [`${JSON.stringify(each)}`, inspectAll(each), `${each}`]);
  return { credential: { version, token, headers, usableUntil }, printed };
}

async function fetched(
  { client }: Tested,
  { url, method, headers = {}, body }: Command,
  call: object,
) {
  const response = await client.fetch(url, { method, headers, body: body ?? null }, call);
  return { response: { status: response.status, body: await response.text() } };
}

function failure(error: unknown) {
  const printed = [String(error), inspectAll(error), JSON.stringify(error)];
  if (!(error instanceof TokenClientError)) return { error: { code: null }, printed };
  const { code, retryable, retryAfterSeconds } = error;
  return { error: { code, retryable, retryAfterSeconds }, printed };
}

const inspectAll = (value: unknown) => inspect(value, { showHidden: true, depth: 9 });

async function obey(command: Command): Promise<object> {
  if (command.do === "create") return create(command);
  const client = tested.get(command.client);
  if (!client) throw new Error("There is no such client.");
  const { remainingMs, minValiditySeconds } = command;
  const began = performance.now();
  const context = {
    getRemainingTimeInMillis: () => (remainingMs ?? 0) - (performance.now() - began),
  };
  const call = remainingMs === undefined ? {} : { context };
  switch (command.do) {
    case "vend":
      return vended(client.client, client.client.vend({ ...call, minValiditySeconds }));
    case "reject":
      return vended(client.client, client.client.reject(command.version, call));
    case "fetch":
      return fetched(client, command, call);
    case "forget":
      client.client.forget();
      return {};
    case "clock":
      client.aheadMs = command.aheadSeconds * 1000;
      return {};
    default:
      return { unsupported: true };
  }
}

async function answer(line: string): Promise<void> {
  const command: Command = JSON.parse(line);
  const reply = await obey(command).catch(failure);
  process.stdout.write(`${JSON.stringify({ id: command.id, ...reply })}\n`);
}

createInterface(process.stdin).on("line", (line) => void answer(line));

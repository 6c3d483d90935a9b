import { onTestFinished } from "vitest";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { generateValue } from "../../local/secret-seeder.ts";
import type { Conferma } from "../../local/simulators/conferma/conferma.ts";
import { startConferma } from "../../local/simulators/conferma/conferma.ts";
import type { KeyServer } from "../../local/simulators/oauth/key-server.ts";
import { startKeyServer } from "../../local/simulators/oauth/key-server.ts";
import type { OAuthServer } from "../../local/simulators/oauth/oauth-server.ts";
import { startOAuthServer } from "../../local/simulators/oauth/oauth-server.ts";
import type { SendPayments } from "../../local/simulators/send-payments/send-payments.ts";
import { startSendPayments } from "../../local/simulators/send-payments/send-payments.ts";
import type { TestStack } from "./stack.ts";
import { startTestStack } from "./stack.ts";

/** A realm with its simulator and secrets, on a stack of its own. */
export interface World<Simulator> {
  readonly stack: TestStack;
  readonly simulator: Simulator;
  readonly realm: RealmInput;
  /** The secret of the account `default`. */
  readonly secretName: string;
  readonly connection: string;
}

interface WorldOptions {
  readonly lifetimeMs?: number;
  /** Deadline of one provider call. A lease is two seconds longer. */
  readonly deadlineMs?: number;
}

export interface ConfermaWorld extends World<Conferma> {
  readonly secret: ConfermaSecret;
  /** Adds an account with its own client, by default on its own platform. */
  addAccount(account: string, platformKey?: string): Promise<ConfermaSecret>;
}

interface ConfermaSecret {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly platformKey: string;
}

export async function confermaWorld({
  lifetimeMs = 60_000,
  deadlineMs = 1000,
}: WorldOptions = {}): Promise<ConfermaWorld> {
  const stack = await startTestStack();
  const conferma = await startConferma({ lifetimeMs });
  onTestFinished(conferma.stop);
  const prefix = "token-vending/conferma/test/";

  async function addAccount(account: string, platformKey = generateValue("platform")) {
    const client = { clientId: generateValue("client"), clientSecret: generateValue("secret") };
    conferma.registerClient({ ...client, platformKeys: [platformKey] });
    return stack.secrets.add(`${prefix}${account}`, { ...client, platformKey });
  }

  return {
    stack,
    simulator: conferma,
    realm: {
      provider: "conferma",
      environment: "test",
      tokenUrl: conferma.tokenUrl,
      deadlineMs,
    },
    secretName: `${prefix}default`,
    connection: "conferma/test/default",
    secret: await addAccount("default"),
    addAccount,
  };
}

export async function sendPaymentsWorld({
  lifetimeMs = 60_000,
  deadlineMs = 1000,
}: WorldOptions = {}): Promise<World<SendPayments>> {
  const stack = await startTestStack();
  const secretName = "token-vending/send-payments/test/default";
  const client = await stack.secrets.add(secretName, generateClient());
  const simulator = await startSendPayments({ lifetimeMs, clients: [client] });
  onTestFinished(simulator.stop);
  return {
    stack,
    simulator,
    realm: {
      provider: "send-payments",
      environment: "test",
      tokenUrl: simulator.tokenUrl,
      deadlineMs,
    },
    secretName,
    connection: "send-payments/test/default",
  };
}

/** An ordinary RFC 6749 server, whose tokens coexist. */
export async function clientCredentialsWorld({
  lifetimeMs = 60_000,
  deadlineMs = 1000,
}: WorldOptions = {}): Promise<World<OAuthServer>> {
  const stack = await startTestStack();
  const secretName = "token-vending/client-credentials/test/default";
  const client = await stack.secrets.add(secretName, generateClient());
  const simulator = await startOAuthServer({ lifetimeMs, clients: [client] });
  onTestFinished(simulator.stop);
  return {
    stack,
    simulator,
    realm: {
      provider: "client-credentials",
      environment: "test",
      tokenUrl: simulator.tokenUrl,
      deadlineMs,
    },
    secretName,
    connection: "client-credentials/test/default",
  };
}

/** An API with static keys, without a way to validate a key. */
export async function staticKeyWorld(): Promise<World<KeyServer> & { readonly apiKey: string }> {
  const stack = await startTestStack();
  const secretName = "token-vending/static-key/test/default";
  const { apiKey } = await stack.secrets.add(secretName, { apiKey: generateValue("key") });
  const headerName = "X-Test-Key";
  const simulator = await startKeyServer({ headerName, keys: [apiKey] });
  onTestFinished(simulator.stop);
  return {
    stack,
    simulator,
    realm: { provider: "static-key", environment: "test", headerName, deadlineMs: 1000 },
    secretName,
    connection: "static-key/test/default",
    apiKey,
  };
}

const generateClient = () => ({
  clientId: generateValue("client"),
  clientSecret: generateValue("secret"),
});

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { RealmInput } from "../functions/providers/catalogue.ts";
import type { Simulator } from "./simulators/kit/simulator.ts";
import type { SimulatedUser } from "./simulators/oauth/users.ts";

/** A provider's API, and the TLS options that it requires. */
export interface ProtectedApi {
  readonly pingUrl: string;
  /** PEM. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
}

/** A realm of the local stack, with its simulator. */
export interface LocalRealm extends ProtectedApi {
  readonly settings: RealmInput;
  readonly simulator: Simulator;
  /** A user of the provider who can consent; only for consent realms. */
  readonly user?: SimulatedUser;
}

/** Calls the API and returns its status. */
export async function ping(
  { pingUrl, tls }: ProtectedApi,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  if (!tls) {
    const response = await fetch(pingUrl, { headers });
    await response.arrayBuffer();
    return response.status;
  }
  const request = httpsRequest(pingUrl, { ...tls, headers, agent: false }).end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  await response.resume().toArray();
  return response.statusCode ?? 0;
}

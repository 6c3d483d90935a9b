import type { CertificateAuthority } from "../kit/certificates.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import type { SimulatedRoute } from "../kit/route.ts";
import type { Simulator } from "../kit/simulator.ts";
import { startSimulator } from "../kit/simulator.ts";
import type { SimulatorContext, SimulatorOptions } from "../kit/simulator-context.ts";

export interface PairOptions extends SimulatorOptions {
  /** Whose certificates clients have to present (RFC 8705 §2.1). Without it there is one server for all. */
  readonly authority?: CertificateAuthority | undefined;
  /** Of the server that requires certificates (default: 0, a free port). */
  readonly serverPort?: number;
}

interface PairRoutes {
  readonly id: string;
  /** What clients ask, and not people's browsers. */
  readonly ofClients: readonly SimulatedRoute[];
  readonly others: readonly SimulatedRoute[];
  readonly notFound?: SimulatedReply;
}

/** Where the routes of clients are; both servers are controlled and stopped as one. */
export interface ServerPair {
  readonly simulator: Simulator;
  readonly clientsUrl: string;
}

/** Starts one server, or, with an authority, a second one that asks clients for their certificates. */
export async function startServerPair(
  context: SimulatorContext,
  { id, ofClients, others, notFound }: PairRoutes,
  options: PairOptions,
): Promise<ServerPair> {
  const { authority, serverPort: port = 0 } = options;
  const common = { id, ...(notFound ? { notFound } : {}) };
  if (authority === undefined) {
    const routes = [...ofClients, ...others];
    const simulator = await startSimulator(context, { ...common, routes }, options);
    return { simulator, clientsUrl: simulator.url };
  }
  const { chain: cert, privateKey: key } = await authority.issueServer();
  const tls = { cert, key, ca: authority.certificate, requestCert: true };
  const partner = await startSimulator(context, { ...common, routes: ofClients }, { port, tls });
  const simulator = await startSimulator(context, { ...common, routes: others, partner }, options);
  return { simulator, clientsUrl: partner.url };
}

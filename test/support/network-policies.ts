import type { NetworkPolicy } from "../../functions/platform/network-guard.ts";

/** For servers of the test itself. */
export const loopbackOnly: NetworkPolicy = { allowsLoopback: true, privateNetworks: [] };

/** As in a deployed function whose realm has no setting. */
export const publicOnly: NetworkPolicy = { allowsLoopback: false, privateNetworks: [] };

import type { SimulatedReply } from "./reply.ts";
import type { SimulatedRequest } from "./request.ts";

export interface SimulatedRoute {
  /** The name for faults: "token", "api", … */
  readonly name: string;
  readonly methods: readonly string[];
  readonly path: string | RegExp;
  /** Changes state synchronously, so that every request takes effect at one instant. */
  handle(request: SimulatedRequest): SimulatedReply | Promise<SimulatedReply>;
  /** The revocation scope of a request. Only requests with one count as in flight. */
  revocationScopeOf?(request: SimulatedRequest): string;
  /** Called when a fault refuses a credential instead of the handler. */
  recordRefusal?(request: SimulatedRequest, status: number): void;
}

export interface MatchedRoute {
  readonly route: SimulatedRoute;
  readonly params: Readonly<Record<string, string>>;
}

export function matchRoute(
  routes: readonly SimulatedRoute[],
  request: Pick<SimulatedRequest, "method" | "path">,
): MatchedRoute | undefined {
  for (const route of routes) {
    const params = route.methods.includes(request.method) && paramsOf(route.path, request.path);
    if (params) return { route, params };
  }
  return undefined;
}

function paramsOf(pattern: string | RegExp, path: string): Record<string, string> | undefined {
  if (typeof pattern === "string") return pattern === path ? {} : undefined;
  const match = pattern.exec(path);
  if (match === null) return undefined;
  const groups = Object.entries(match.groups ?? {});
  return Object.fromEntries(groups.map(([name, value]) => [name, decodeURIComponent(value)]));
}

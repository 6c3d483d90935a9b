import path from "node:path";
import { inject } from "vitest";

/** The vend function's bundle, as `npm run build` makes it; built once a run. */
export function vendTokenBundle(): string {
  return bundleOf("vend-token");
}

export function listConnectionsBundle(): string {
  return bundleOf("list-connections");
}

/** Any function's bundle, by the name of its entry. */
export function bundleOf(name: string): string {
  return path.join(inject("bundlesFolder"), name, "index.mjs");
}

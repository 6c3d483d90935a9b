import type { ProtectedApi } from "./door.ts";
import { formatTable } from "./format-table.ts";
import type { LocalRealm } from "./local-realm.ts";
import type { LocalStack } from "./stack.ts";
import type { VendClient, VendResult } from "./vend-client.ts";
import { isVendAnswer, useCredential } from "./vend-client.ts";

export interface VendSummary {
  readonly table: string;
  /** Those that a person has to consent to first. */
  readonly waiting: readonly LocalRealm[];
}

/** Vends once from each of these realms and shows it to its provider, as a consumer would. */
export async function vendFromAll(
  stack: LocalStack,
  client: VendClient,
  realms: readonly LocalRealm[],
): Promise<VendSummary> {
  const rows: string[][] = [];
  for (const realm of realms) rows.push(await vendRow(stack, client, realm));
  const waiting = realms.filter((_, at) => rows[at]?.includes("consent-required"));
  const heading = [
    "connection",
    "version",
    "header",
    "usable until",
    "provider calls",
    "ms",
    "provider says",
  ];
  return { table: formatTable(heading, rows), waiting };
}

async function vendRow(
  stack: LocalStack,
  client: VendClient,
  realm: LocalRealm,
): Promise<string[]> {
  const { name } = stack.functionOf(realm);
  const callsBefore = providerCalls(realm);
  const begun = performance.now();
  let vended = await client.vend(name);
  let ms = performance.now() - begun;
  let says = await providerVerdict(vended, realm);
  // A restarted simulator knows none of the tokens it had issued: say so, as any consumer does, and vend again.
  if (isVendAnswer(vended) && says.startsWith("401")) {
    const again = performance.now();
    vended = await client.vend(name, { rejectedVersion: vended.version });
    ms = performance.now() - again;
    says = `${await providerVerdict(vended, realm)} (after a rejection)`;
  }
  const calls = String(providerCalls(realm) - callsBefore);
  const { provider, environment } = realm.settings;
  const connection = `${provider}/${environment}/default`;
  if (!isVendAnswer(vended))
    return [connection, "–", vended.problem.code, "–", calls, ms.toFixed(0), says];
  const { version, header, usableUntil } = vended;
  return [
    connection,
    String(version),
    header.name,
    usableUntil ?? "no end",
    calls,
    ms.toFixed(0),
    says,
  ];
}

function providerCalls({ simulator }: LocalRealm): number {
  const asked = new Set(["issue", "probe", "renew", "refuse-credentials"]);
  return simulator.journal.filter(({ kind, route }) => route !== undefined && asked.has(kind))
    .length;
}

async function providerVerdict(vended: VendResult, door: ProtectedApi): Promise<string> {
  if (!isVendAnswer(vended)) {
    const { code, detail } = vended.problem;
    return code === "consent-required" ? "a person has to consent" : detail;
  }
  const status = await useCredential(vended, door);
  return status === 200 ? "200 accepted" : `${status} refused`;
}

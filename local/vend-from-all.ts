import { formatTable } from "./format-table.ts";
import type { LocalRealm, ProtectedApi } from "./local-realm.ts";
import type { LocalStack } from "./stack.ts";
import type { VendClient, VendResult } from "./vend-client.ts";
import { isVendAnswer, useCredential } from "./vend-client.ts";

export interface VendSummary {
  readonly table: string;
  /** The realms that need a consent first. */
  readonly waiting: readonly LocalRealm[];
}

/** Vends once from each of these realms and calls its provider with the credential, as a consumer would. */
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
  const startedAt = performance.now();
  let vended = await client.vend(name);
  let ms = performance.now() - startedAt;
  let verdict = await providerVerdict(vended, realm);
  // A restarted simulator has forgotten the tokens that it issued: reject and vend again, as any consumer does.
  if (isVendAnswer(vended) && verdict.startsWith("401")) {
    const retriedAt = performance.now();
    vended = await client.vend(name, { rejectedVersion: vended.version });
    ms = performance.now() - retriedAt;
    verdict = `${await providerVerdict(vended, realm)} (after a rejection)`;
  }
  const calls = String(providerCalls(realm) - callsBefore);
  const { provider, environment } = realm.settings;
  const connection = `${provider}/${environment}/default`;
  if (!isVendAnswer(vended))
    return [connection, "–", vended.problem.code, "–", calls, ms.toFixed(0), verdict];
  const { version, header, usableUntil } = vended;
  return [
    connection,
    String(version),
    header.name,
    usableUntil ?? "no end",
    calls,
    ms.toFixed(0),
    verdict,
  ];
}

function providerCalls({ simulator }: LocalRealm): number {
  const kinds = new Set(["issue", "probe", "renew", "refuse-credentials"]);
  return simulator.journal.filter(({ kind, route }) => route !== undefined && kinds.has(kind))
    .length;
}

async function providerVerdict(vended: VendResult, api: ProtectedApi): Promise<string> {
  if (!isVendAnswer(vended)) {
    const { code, detail } = vended.problem;
    return code === "consent-required" ? "a person has to consent" : detail;
  }
  const status = await useCredential(vended, api);
  return status === 200 ? "200 accepted" : `${status} refused`;
}

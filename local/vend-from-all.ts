import type { VendAnswer } from "../functions/http/contract.ts";
import { formatTable } from "./format-table.ts";
import type { LocalRealm } from "./local-realm.ts";
import type { AnyLocalStack } from "./stack.ts";
import type { VendClient, VendResult } from "./vend-client.ts";
import { isVendAnswer, proofDemandOf, useCredential } from "./vend-client.ts";
import { wrapText } from "./wrap-text.ts";

export interface VendSummary {
  /** A table and what does not fit into it. */
  readonly text: string;
  /** The realms that need a consent first. */
  readonly waiting: readonly LocalRealm[];
}

interface Vend {
  readonly connection: string;
  readonly vended: VendResult;
  readonly providerCalls: number;
  readonly ms: number;
  /** A few words for the table. */
  readonly verdict: string;
}

/** Vends once from each of these realms and calls its provider with the credential, as a consumer would. */
export async function vendFromAll(
  stack: AnyLocalStack,
  client: VendClient,
  realms: readonly LocalRealm[],
): Promise<VendSummary> {
  const vends: Vend[] = [];
  for (const realm of realms) vends.push(await vendOnce(stack, client, realm));
  const waiting = realms.filter((_, at) => vends[at]?.verdict === needsConsent);
  return { text: formatVends(vends), waiting };
}

const needsConsent = "needs consent";

async function vendOnce(
  stack: AnyLocalStack,
  client: VendClient,
  realm: LocalRealm,
): Promise<Vend> {
  const { name } = stack.functionOf(realm);
  const callsBefore = providerCalls(realm);
  let startedAt = performance.now();
  const proof = proofDemandOf(realm);
  let vended = await client.vend(name, proof);
  let ms = performance.now() - startedAt;
  let verdict = await providerVerdict(vended, realm);
  // A restarted simulator has forgotten the tokens that it issued: reject and vend again, as any consumer does.
  if (isVendAnswer(vended) && verdict.startsWith("401")) {
    startedAt = performance.now();
    vended = await client.vend(name, { rejectedVersion: vended.version, ...proof });
    ms = performance.now() - startedAt;
    const second = await providerVerdict(vended, realm);
    verdict = second === "200 accepted" ? "200 after 401" : second;
  }
  const { provider, environment } = realm.settings;
  const connection = `${provider}/${environment}/default`;
  const calls = providerCalls(realm) - callsBefore;
  return { connection, vended, providerCalls: calls, ms, verdict };
}

function providerCalls({ simulator }: LocalRealm): number {
  const kinds = new Set(["issue", "probe", "renew", "refuse-credentials"]);
  return simulator.journal.filter(({ kind, route }) => route !== undefined && kinds.has(kind))
    .length;
}

async function providerVerdict(vended: VendResult, api: LocalRealm): Promise<string> {
  if (!isVendAnswer(vended))
    return vended.problem.code === "consent-required" ? needsConsent : "not vended";
  const status = await useCredential(vended, api);
  return status === 200 ? "200 accepted" : `${status} refused`;
}

function formatVends(vends: readonly Vend[]): string {
  const table = formatTable(
    ["connection", "version", "usable until", "calls", "provider says"],
    vends.map(({ connection, vended, providerCalls: calls, verdict }) => [
      connection,
      ...(isVendAnswer(vended) ? [String(vended.version), endOf(vended)] : ["–", "–"]),
      String(calls),
      verdict,
    ]),
  );
  const times = vends.map(({ ms }) => Math.round(ms));
  const answers = vends.map(({ vended }) => vended).filter(isVendAnswer);
  const headers = [...new Set(answers.map(({ header }) => header.name))].join(", ");
  const notes = [
    `Answers took ${Math.min(...times)} to ${Math.max(...times)} ms. Calls are those to the provider.`,
    ...(headers ? [`The credentials go into these headers: ${headers}.`] : []),
    ...vends.flatMap(problemNote),
  ];
  return [table, "", ...notes.map((note) => wrapText(note, "  ", "    "))].join("\n");
}

/** The time of day is enough: no simulated token lives for a day. */
function endOf({ usableUntil }: VendAnswer): string {
  return usableUntil === null ? "no end" : `${usableUntil.slice(11, 19)} UTC`;
}

function problemNote({ connection, vended, verdict }: Vend): string[] {
  if (isVendAnswer(vended) || verdict === needsConsent) return [];
  return [`${connection}: ${vended.problem.code}. ${vended.problem.detail}`];
}

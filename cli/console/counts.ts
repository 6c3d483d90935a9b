import * as v from "valibot";
import { declarationOf, providerIds } from "../../functions/providers/catalogue.ts";
import type { RealmCounts } from "./snapshot.ts";

/** Adds up what the functions of each realm have logged. */
export interface Counts {
  /** Takes the JSON of a log line. Lines that count nothing change nothing. */
  add(realm: string, line: unknown): void;
  all(): readonly RealmCounts[];
}

// Whoever may write to the log could have written these lines.
const amount = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sum = v.optional(amount, 0);
/** CloudWatch's embedded metric format writes one value as a number, and several as a list. */
const each = v.optional(v.union([v.number(), v.array(v.number())]));

const metricsLine = v.object({
  event: v.literal("metrics"),
  ...{ Vends: sum, Refusals: sum, VendMs: each },
});

const requestLine = v.object({
  event: v.picklist(["token-issued", "issue-failed", "late-issue"]),
  ...{ connection: v.string(), fence: v.number(), reason: v.string() },
  /** 0: the provider was not called. */
  latencyMs: v.pipe(v.number(), v.minValue(0)),
});

interface Sums {
  vends: number;
  notFromMemory: number;
  refusals: number;
  providerCalls: number;
  /** Tokens that were requested while a caller waited for them. */
  issuesForCallers: number;
  /** A holder that does not know at first whether its commit succeeded logs its issue twice. */
  readonly attempts: Set<string>;
}

/** The schedule and a person's consent issue without a caller. */
const withoutCaller: ReadonlySet<string> = new Set(["scheduled", "consent"]);

export function startCounts(): Counts {
  const byRealm = new Map<string, Sums>();

  function sumsOf(realm: string): Sums {
    const sums = byRealm.get(realm) ?? {
      ...{ vends: 0, notFromMemory: 0, refusals: 0, providerCalls: 0, issuesForCallers: 0 },
      attempts: new Set(),
    };
    byRealm.set(realm, sums);
    return sums;
  }

  function addRequest(sums: Sums, request: v.InferOutput<typeof requestLine>): void {
    const { event, connection, fence, reason, latencyMs } = request;
    const attempt = `${connection} ${fence}`;
    if (sums.attempts.has(attempt)) return;
    sums.attempts.add(attempt);
    if (latencyMs > 0) sums.providerCalls += 1;
    if (event === "token-issued" && !withoutCaller.has(reason)) sums.issuesForCallers += 1;
  }

  return {
    add(realm, line) {
      const metrics = v.safeParse(metricsLine, line);
      if (metrics.success) {
        const sums = sumsOf(realm);
        sums.vends += metrics.output.Vends;
        sums.notFromMemory += [metrics.output.VendMs ?? []].flat().length;
        sums.refusals += metrics.output.Refusals;
      }
      const request = v.safeParse(requestLine, line);
      if (request.success) addRequest(sumsOf(realm), request.output);
    },
    all: () =>
      [...byRealm].map(([realm, sums]) => ({
        realm,
        vends: sums.vends,
        fromMemory: atLeastZero(sums.vends - sums.notFromMemory),
        storeHits: atLeastZero(sums.vends - sums.issuesForCallers),
        providerCalls: sums.providerCalls,
        callsSaved: isOfKeys(realm) ? 0 : atLeastZero(sums.vends - sums.providerCalls),
        refusals: sums.refusals,
      })),
  };
}

/** A process writes what it counts up to ten seconds after it logs what it issues. */
function atLeastZero(difference: number): number {
  return Math.max(0, difference);
}

/** A key is not requested, so nobody's call was saved. */
function isOfKeys(realm: string): boolean {
  const provider = providerIds.find((id) => realm.startsWith(`${id}/`));
  return provider !== undefined && declarationOf(provider).credential.type === "static-key";
}

import type { Dependencies } from "../model/dependencies.ts";
import type { ProblemCode } from "../model/errors.ts";
import { revokesOnIssue } from "../model/provider.ts";
import type { HeldLease } from "../model/token-store.ts";
import { backOffUntil } from "./back-off.ts";
import { ledgerWith } from "./ledger.ts";
import type { Renewal } from "./renewal.ts";
import { untilLeaseEnds } from "./until-lease-ends.ts";

interface FailedCall {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly mayHaveIssued: boolean;
  readonly retryAfterMs: number | null;
}

interface Asked {
  readonly secretVersion: string | null;
  readonly scope: string | null;
  readonly latencyMs: number | null;
}

/** Problems that only another version of the secret can mend. */
const bound: ReadonlySet<ProblemCode> = new Set(["credentials-rejected", "secret-malformed"]);

/** Ends the lease with what went wrong, so that a thousand processes do not each learn it. */
export async function recordFailure(
  deps: Dependencies,
  held: HeldLease,
  asked: Asked,
  failed: FailedCall,
  signal: AbortSignal,
): Promise<Renewal> {
  const { record } = held;
  const { code, detail, mayHaveIssued, retryAfterMs } = failed;
  const at = deps.clock.now();
  const count = (record.failure?.count ?? 0) + 1;
  const entry = ledgerWith(held, at, asked.latencyMs, { fingerprint: null, outcome: code });
  const attempt = {
    failure: {
      code,
      detail,
      at,
      count,
      retryAt: backOffUntil(at, count, retryAfterMs, deps.random()),
      refusedSecretVersion: bound.has(code) ? asked.secretVersion : null,
    },
    suspect: record.suspect || (mayHaveIssued && revokesOnIssue(deps.provider.policy)),
    scope: asked.scope,
    ledger: entry.ledger,
  };
  deps.metrics.record("IssueFailures", 1);
  if (code === "credentials-rejected") deps.metrics.record("CredentialsRejected", 1);
  deps.log.warn("issue-failed", { connection: record.connection, ...entry.latest, detail, count });
  const stored = await untilLeaseEnds(deps, held.lease, signal, (until) =>
    deps.store.fail(held, attempt, until),
  );
  return {
    outcome: "failed",
    record: stored ?? (await deps.store.read(record.connection, signal)),
  };
}

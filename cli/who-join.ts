import type { CallerRecord, IssueRecord, TrailedInvocation } from "./who-records.ts";

/**
 * How a principal is known. `trail`: CloudTrail names it for this request. `api`: the event names it as API Gateway does,
 * which one who may invoke the function directly can imitate. `none`: it is unknown.
 */
type Proof = "trail" | "api" | "none";

/** Who did something to a version: this is certain but for what `proof` says. */
export interface AttributedAct extends CallerRecord {
  readonly proof: Proof;
  /** A direct invocation that imitated an event of the API named this principal instead. */
  readonly claimed: string | null;
}

/** One who invoked the function while the version could be vended. No record says what these requests were vended. */
export interface PossibleCaller {
  readonly principal: string;
  readonly invocations: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** From when to when a version may have been vended; the instants are null where the log does not say. */
export interface VersionSpan {
  readonly issue: IssueRecord | null;
  readonly successor: IssueRecord | null;
}

/**
 * An invocation lasts up to 25 s, so it may begin before the version that it is vended. After the next version is issued, its
 * commit may take a lease (30 s), and a process may vend from its cache (30 s). Clocks differ by up to five seconds.
 */
export const overlapMs = 70_000;

/** Issues of one connection; null for all versions. */
export function spanOf(issues: readonly IssueRecord[], version: number | null): VersionSpan {
  if (version === null) return { issue: null, successor: null };
  const later = issues.filter((issue) => issue.version > version);
  const [successor = null] = later.toSorted((one, other) => one.version - other.version);
  // The log may have the same issue twice: once from before its holder knew whether the commit had succeeded.
  return { issue: issues.find((issue) => issue.version === version) ?? null, successor };
}

/** The log's clocks differ by at most this. */
const clockSkewMs = 5000;

/** Without rejections of a version from before it was issued: there was nothing to reject. `issues` of one connection. */
export function withoutEarlyRejections(
  records: readonly CallerRecord[],
  connection: string,
  issues: readonly IssueRecord[],
): CallerRecord[] {
  const issuedAt = new Map<number, number>();
  for (const { version, at } of issues)
    issuedAt.set(version, Math.min(Number(at), issuedAt.get(version) ?? Number(at)));
  return records.filter((record) => {
    if (record.act !== "rejected" || record.connection !== connection) return true;
    return Number(record.at) + clockSkewMs >= (issuedAt.get(record.version) ?? 0);
  });
}

/** Joins the log's records with CloudTrail's events, which may be many: they are read once, and only counted. */
export class Attribution {
  readonly #records: readonly CallerRecord[];
  readonly #byRequest: ReadonlyMap<string, TrailedInvocation[]>;
  readonly #vended: ReadonlySet<string>;
  readonly #possible = new Map<string, PossibleCaller>();

  /** `records` of the whole realm: a request that was vended another account was not vended this one. */
  constructor(records: readonly CallerRecord[]) {
    this.#records = records;
    const ids = records.flatMap(({ requestId }) => requestId ?? []);
    this.#byRequest = new Map(ids.map((requestId) => [requestId, []]));
    const vended = records.filter(({ act }) => act === "vended");
    this.#vended = new Set(vended.flatMap(({ requestId }) => requestId ?? []));
  }

  /** Takes one event of the function that vends. */
  add(invocation: TrailedInvocation, from: Date, to: Date): void {
    const { requestId, at, invoker, isApi } = invocation;
    this.#byRequest.get(requestId)?.push(invocation);
    // Of the API's callers, each is recorded. A rejection's record does not say what its caller was vended.
    if (this.#vended.has(requestId) || isApi || at < from || at > to) return;
    const before = this.#possible.get(invoker);
    this.#possible.set(invoker, {
      principal: invoker,
      invocations: (before?.invocations ?? 0) + 1,
      firstAt: before && before.firstAt < at ? before.firstAt : at,
      lastAt: before && before.lastAt > at ? before.lastAt : at,
    });
  }

  /** What was done to a version of a connection, or to any version. */
  actsOn(connection: string, version: number | null): AttributedAct[] {
    return this.#records
      .filter((record) => record.connection === connection)
      .filter((record) => version === null || record.version === version)
      .map((record) => this.#attributed(record))
      .toSorted((one, other) => Number(one.at) - Number(other.at));
  }

  get possible(): PossibleCaller[] {
    return [...this.#possible.values()].toSorted(
      (one, other) => Number(one.firstAt) - Number(other.firstAt),
    );
  }

  #attributed(record: CallerRecord): AttributedAct {
    const { principal, path, requestId } = record;
    const trailed = requestId === null ? [] : (this.#byRequest.get(requestId) ?? []);
    const direct = trailed.find(({ isApi }) => !isApi);
    if (direct) {
      const claimed = path === "api" ? principal : null;
      return { ...record, path: "direct", principal: direct.invoker, proof: "trail", claimed };
    }
    if (principal === null) return { ...record, proof: "none", claimed: null };
    return { ...record, proof: trailed.length > 0 ? "trail" : "api", claimed: null };
  }
}

import path from "node:path";
import type { BenchConnection } from "../world/connection.ts";

/** What a candidate's module is opened with. */
export interface CandidateOptions {
  readonly storeUrl: string;
  /** The product's bundle. */
  readonly bundle: string;
}

/** What every candidate's module does: `open(options)` returns this. */
export interface Candidate {
  /** A token for this connection in this process, by whatever path. Throws when there is none. */
  vend(connection: BenchConnection): Promise<string>;
}

/** A way to have a token in many processes. */
export interface CandidateName {
  /** Its module in this folder, without the ending. */
  readonly id: string;
  readonly title: string;
  /** The packages whose versions the page states. */
  readonly packages: readonly string[];
  /** Waits a whole lease whenever it is refused: it runs in fewer blocks, and not in 32 processes. */
  readonly isSlow?: boolean;
}

/** A slow candidate's blocks, and its most processes. */
const slowBlocks = 2;
const slowProcesses = 8;

export const product: CandidateName = {
  id: "token-vending",
  title: "token-vending",
  packages: [],
};

export const lockAndDoubleCheck: CandidateName = {
  id: "lock-and-double-check",
  title: "lock + double check",
  packages: [],
};

export const candidates: readonly CandidateName[] = [
  product,
  lockAndDoubleCheck,
  peer("deliveryhero-lock", ["@deliveryhero/dynamodb-lock"]),
  { ...peer("dynamodb-lock-client", ["dynamodb-lock-client", "aws-sdk"]), isSlow: true },
  peer("powertools-idempotency", ["@aws-lambda-powertools/idempotency"], "Powertools idempotency"),
  peer("cacheable", ["cacheable", "@keyv/dynamo"], "cacheable + @keyv/dynamo"),
  peer("openid-client", ["openid-client"]),
  peer("simple-oauth2", ["simple-oauth2"]),
];

function peer(id: string, packages: readonly string[], title = packages[0] ?? id): CandidateName {
  return { id, title, packages };
}

/** The candidates of a block, counted from 1, with so many processes. */
export function candidatesOf(block: number, processes: number): readonly CandidateName[] {
  const hasTime = block <= slowBlocks && processes <= slowProcesses;
  return candidates.filter(({ isSlow }) => hasTime || !isSlow);
}

export function moduleOf({ id }: CandidateName): string {
  return path.join(import.meta.dirname, `${id}.mjs`);
}

import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import type { TableItem } from "../support/dynamodb-expressions.ts";
import { among, hostileText } from "./arbitraries.ts";

/** As DynamoDB returns numbers: in digits, up to 38 of them, without an exponent. */
const number = fc.oneof(
  fc.constantFrom(
    ...["0", "-1", "1", "1.5", "9007199254740991", "9007199254740992", "-8640000000000001"],
    ...["8640000000000000", "253402300800000", "1795168800000", "1795172400000", "1795168800000.5"],
    ...[`1${"0".repeat(125)}`, `0.${"0".repeat(120)}1`, "99999999999999999999999999999999999999"],
  ),
  fc.integer().map(String),
  // Around ten o'clock, where the instants of a record are.
  fc.integer({ min: -90_000_000, max: 90_000_000 }).map((ms) => String(1_795_168_800_000 + ms)),
);

const names = [
  ...["realm", "layout", "fence", "revision", "version", "sealed", "fingerprint", "tokenFence"],
  ...[
    "tokenOwner",
    "issuedUnder",
    "requestedAt",
    "issuedAt",
    "usableUntil",
    "expiresAt",
    "renewAt",
  ],
  ...["keptUntil", "dueRealm", "dueAt", "dueUntil", "consentedAt", "sealedRefresh", "subject"],
  ...["grantedScope", "customer", "refreshVersion", "refreshFingerprint", "refreshEndsAt"],
  ...["secretVersion", "leaseOwner", "leaseSince", "leaseUntil", "leaseReason", "suspect"],
  ...["doubtedAt", "rejectionsAt", "rejectionLevel", "rejectionLevelAt", "failure", "scope"],
  ...["typicalIssueMs", "ledger", "account", "browser", "claimant", "ttl"],
  ...["code", "detail", "at", "count", "retryAt", "refusedSecretVersion", "owner", "reason"],
  ...["latencyMs", "outcome", "tokenDetails", "consentDetails", "of", "attributes"],
] as const;

const words = [
  ...["expired", "takeover", "consent", "issued", "late", "provider-unavailable", "internal"],
  ...["at-expiry", "on-rotation", "by-consent", "early", "other.1", ".", "connectpay/test"],
];

const attribute: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    number.map((N): AttributeValue => ({ N })),
    fc.oneof(among(words), hostileText).map((S): AttributeValue => ({ S: S.toWellFormed() })),
    fc.uint8Array({ maxLength: 80 }).map((B): AttributeValue => ({ B })),
    fc.boolean().map((BOOL): AttributeValue => ({ BOOL })),
    fc.constant<AttributeValue>({ NULL: true }),
    fc.array(tie("value"), { maxLength: 3 }).map((L): AttributeValue => ({ L })),
    fc
      .array(fc.tuple(among<string>(names), tie("value")), { maxLength: 8 })
      .map((entries): AttributeValue => ({ M: Object.fromEntries(entries) })),
    fc.constant<AttributeValue>({ SS: ["a"] }),
    fc.constant<AttributeValue>({ NS: ["1"] }),
  ),
})).value;

export type RowEdit = readonly [name: string, value: AttributeValue | null];

/** What a writer of the table does to a row: null takes an attribute away. */
export const rowEdits: fc.Arbitrary<readonly RowEdit[]> = fc.array(
  fc.tuple(
    fc.oneof({ weight: 9, arbitrary: among<string>(names) }, hostileText),
    fc.oneof({ weight: 5, arbitrary: attribute }, fc.constant(null)),
  ),
  { maxLength: 5 },
);

/** The types that the indexes demand of their keys: DynamoDB refuses others. */
const keyTypes: Readonly<Record<string, "S" | "N">> = {
  pk: "S",
  realm: "S",
  dueRealm: "S",
  dueAt: "N",
};

export function editedRow(row: TableItem, edits: readonly RowEdit[]): TableItem {
  const changed = new Map(Object.entries(row));
  for (const [name, value] of edits) {
    if (value === null) changed.delete(name);
    else if (isAllowed(name, value)) changed.set(name, value);
  }
  return Object.fromEntries(changed);
}

function isAllowed(name: string, value: AttributeValue): boolean {
  const type = keyTypes[name];
  return name !== "" && name !== "pk" && (!type || Boolean(value[type]));
}

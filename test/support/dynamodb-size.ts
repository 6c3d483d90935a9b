import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/**
 * An item's size in bytes, as DynamoDB counts it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSize(item: Readonly<Record<string, AttributeValue>>): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value),
    0,
  );
}

function valueSize(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberSize(value.N);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.L) return value.L.reduce((sum, member) => sum + 1 + valueSize(member), 3);
  if (value.M) return 3 + Object.keys(value.M).length + itemSize(value.M);
  throw new Error("An attribute of a type that no record has.");
}

/** About one byte per two significant digits, plus one or two; the larger is assumed. */
function numberSize(digits: string): number {
  return Math.ceil(digits.replace(/\D/g, "").length / 2) + 2;
}

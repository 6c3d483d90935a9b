import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** One item of the token table. Its attributes are top-level so that IAM can grant an operator all but the sealed ones. */
export type Item = Record<string, AttributeValue>;

/** Attributes to write; null removes one. */
export type Attributes = Record<string, AttributeValue | null>;

export const text = (value: string): AttributeValue => ({ S: value });
export const count = (value: number): AttributeValue => ({ N: String(value) });
export const instant = (value: Date): AttributeValue => count(value.getTime());

/** For values that a record may lack: null removes the attribute. */
export const optionalText = (value: string | null): AttributeValue | null =>
  value === null ? null : text(value);
export const optionalCount = (value: number | null): AttributeValue | null =>
  value === null ? null : count(value);

/** An attribute is missing, of another type or out of range: no release of ours wrote it so. */
export class DamagedAttribute extends Error {
  override readonly name = "DamagedAttribute";
}

/** Reads one part of an item; `otherwise` when it is damaged. */
export type ReadPart = <T>(read: () => T, otherwise: T) => T;

/** A reader that adds the names of damaged attributes to `damage`. */
export function partReader(damage: string[]): ReadPart {
  return (read, otherwise) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DamagedAttribute)) throw error;
      damage.push(error.message);
      return otherwise;
    }
  };
}

export function textOf(item: Item, name: string): string {
  return item[name]?.S ?? damaged(name);
}

/** A fingerprint: what is shown to callers and operators, and so is no text that somebody else could choose. */
export function readFingerprint(item: Item, name: string): string {
  const fingerprint = textOf(item, name);
  return /^[\w@.-]{1,64}$/.test(fingerprint) ? fingerprint : damaged(name);
}

/** One of the texts that may stand there. */
export function oneOf<T extends string>(known: readonly T[], item: Item, name: string): T {
  return known.find((each) => each === item[name]?.S) ?? damaged(name);
}

export function numberOf(item: Item, name: string): number {
  const value = Number(item[name]?.N ?? damaged(name));
  return Number.isSafeInteger(value) && value >= 0 ? value : damaged(name);
}

/** A number that may have a fraction. */
export function levelOf(item: Item, name: string): number {
  const value = Number(item[name]?.N ?? damaged(name));
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : damaged(name);
}

/** What a provider states in RFC 3339 is no further away. Dates go on for longer, but adding to the last ones makes none. */
const maxInstantMs = Date.UTC(10_000, 0, 2);

function possibleInstant(item: Item, name: string): Date | null {
  const ms = Number(item[name]?.N ?? Number.NaN);
  return Math.abs(ms) <= maxInstantMs ? new Date(ms) : null;
}

export function instantOf(item: Item, name: string): Date {
  return possibleInstant(item, name) ?? damaged(name);
}

export function optionalInstantOf(item: Item, name: string): Date | null {
  return item[name] ? instantOf(item, name) : null;
}

/** An instant; `otherwise` when it is missing or damaged. */
export function instantOr(item: Item, name: string, otherwise: Date): Date {
  return possibleInstant(item, name) ?? otherwise;
}

export function binaryOf(item: Item, name: string): Uint8Array {
  return item[name]?.B ?? damaged(name);
}

export function listOf(item: Item, name: string): AttributeValue[] {
  return item[name]?.L ?? [];
}

/** Fails, naming the attribute. */
export function damaged(name: string): never {
  throw new DamagedAttribute(name);
}

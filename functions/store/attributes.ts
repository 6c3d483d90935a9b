import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { VendingError } from "../model/errors.ts";

/** One item of the token table. Attributes are top-level so that IAM can show an operator all but the sealed token. */
export type Item = Record<string, AttributeValue>;

export const text = (value: string): AttributeValue => ({ S: value });
export const count = (value: number): AttributeValue => ({ N: String(value) });
export const instant = (value: Date): AttributeValue => count(value.getTime());
export const flag = (value: boolean): AttributeValue => ({ BOOL: value });

/** Attributes that a write leaves out when they hold nothing. */
export type Attributes = Record<string, AttributeValue | null>;

export function textOf(item: Item, name: string): string {
  return item[name]?.S ?? missing(name);
}

export function numberOf(item: Item, name: string): number {
  const digits = item[name]?.N ?? missing(name);
  return Number(digits);
}

export function instantOf(item: Item, name: string): Date {
  return new Date(numberOf(item, name));
}

export function optionalInstantOf(item: Item, name: string): Date | null {
  return item[name] ? instantOf(item, name) : null;
}

export function listOf(item: Item, name: string): AttributeValue[] {
  return item[name]?.L ?? [];
}

export function missing(name: string): never {
  throw new VendingError("internal", `A stored record lacks its attribute ${name}.`);
}

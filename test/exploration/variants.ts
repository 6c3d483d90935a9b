import { brokenVariants } from "../simulation/broken-variants.ts";
import type { Breakage } from "../support/breakage.ts";
import { subtleVariants } from "./subtle-variants.ts";

export const variants: Readonly<Record<string, Breakage>> = {
  ...brokenVariants,
  ...subtleVariants,
};

/** Throws for a name that no variant has. */
export function variantNamed(name: string): Breakage {
  const variant = variants[name];
  if (!variant) throw new Error(`There is no variant ${name}.`);
  return variant;
}

/** Where a variant is found, with how many faults, and after how many runs at the latest. */
interface Finding {
  readonly variant: string;
  readonly scenario: string;
  readonly faults: number;
  readonly withinRuns: number;
}

const rows: readonly (readonly [string, scenario: string, faults: number, withinRuns: number])[] = [
  ["no fence: a late holder commits over its successor", "at-expiry/none", 1, 25],
  ["the lease is granted on an old reading", "at-expiry/none", 0, 10],
  ["the lease is shorter than the provider call", "at-expiry/none", 0, 10],
  ["a loser of the lease goes unlocked", "at-expiry/expired", 0, 10],
  ["a token is vended before it is stored", "early/held", 1, 20],
  ["the back-off is not shared", "early/expired", 1, 60],
  ["refused credentials are not remembered", "a rotation", 0, 25],
  ["renewal comes early although a new token revokes the old", "at-expiry/held", 0, 10],
  ["expiry is read from the provider's clock", "a freeze of a token's whole life", 0, 10],
  ["a rotated refresh token is not stored with its access token", "single-use/expired", 0, 10],
  ["an unanswered refresh ends the consent", "reusable/held", 1, 30],
  ["a refused refresh token is sent again", "single-use/doubted", 0, 10],
  ["nobody doubts a refresh whose answer was lost", "single-use/doubted", 0, 10],
  ["a rejection is forgotten, so that they never add up", "four rejections in a row", 0, 10],
  ["a lease leaves the fence as it was", "at-expiry/expired", 0, 10],
  ["a commit asks for nobody's lease, only for the version", "at-expiry/expired", 1, 60],
  ["a lease is taken over before its time", "at-expiry/none", 1, 20],
  ["a claim lapses under a live lease", "two connections, one scope", 0, 10],
  ["a claim moves while its owner's holder may still commit", "two connections, one scope", 1, 120],
  ["a claim moves before its time", "two connections, one scope", 1, 220],
  ["a lease counts as ended before its end", "at-expiry/none", 1, 20],
  ["a doubt puts no renewal off", "at-expiry/none", 1, 50],
  ["a token counts as requested when it was received", "a late issue beside a slow answer", 2, 300],
  ["an issue leaves no entry in the ledger", "at-expiry/none", 0, 10],
  ["a commit knows only what was known with the lease", "at-expiry/expired", 1, 90],
  ["a failure clears an earlier doubt", "at-expiry/doubted", 1, 120],
  ["request and answer of an issue change places", "at-expiry/expired", 1, 90],
  ["a late issue is only logged", "at-expiry/expired", 1, 70],
  ["a refused secret is looked up through the five-minute cache", "a rotation", 0, 35],
  ["nothing is decided again after a slow open", "a rejection beside a vend", 1, 200],
  ["an unanswered call is sent once more", "early/held", 1, 30],
  ["a freeze is overlooked", "a freeze beside a renewal", 0, 20],
  ["a realm's freeze is read once", "a realm's freeze and memory", 0, 10],
  ["a disconnect keeps the refresh token", "a disconnect beside a refresh", 0, 10],
];

export const variantFindings: readonly Finding[] = rows.map(
  ([variant, scenario, faults, withinRuns]) => ({ variant, scenario, faults, withinRuns }),
);

import * as v from "valibot";
import type { FieldProblem } from "../exchange/field-problem.ts";

/** An object of settings. It refuses any other key, because a setting with a typo would have no effect. */
export function strictSettings<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, ({ expected, input, message }) => {
    if (expected === "never") return unknownName(String(input), Object.keys(entries));
    return expected === "Object" ? message : "is missing";
  });
}

/** The first key that is unknown, or else the first problem: a key may be missing because it is misspelt. */
export function settingProblem(
  issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]],
): FieldProblem {
  const issue = issues.find(({ expected }) => expected === "never") ?? issues[0];
  return { field: v.getDotPath(issue) ?? "the whole value", problem: issue.message };
}

/** What follows a name that is none of `known`: the one that was probably meant, and all that there are. */
export function unknownName(name: string, known: readonly string[]): string {
  const [likely] = known
    .map((each) => ({ each, difference: differenceOf(name, each) }))
    .filter(({ each, difference }) => difference * 2 <= each.length)
    .toSorted((a, b) => a.difference - b.difference);
  const question = likely ? `; did you mean ${likely.each}?` : ".";
  return `is unknown${question} There are ${known.join(", ")}`;
}

/** How many characters lie between the start and the end that two names share, apart from case and separators. */
function differenceOf(one: string, other: string): number {
  const a = plain(one);
  const b = plain(other);
  const start = sharedLength(a, b);
  const end = sharedLength(a.slice(start).toReversed(), b.slice(start).toReversed());
  return Math.max(a.length, b.length) - start - end;
}

function plain(name: string): string[] {
  return [...name.toLowerCase().replace(/[^a-z\d]/g, "")];
}

function sharedLength(a: readonly string[], b: readonly string[]): number {
  const length = a.findIndex((character, at) => character !== b[at]);
  return length === -1 ? a.length : length;
}

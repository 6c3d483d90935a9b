import fc from "fast-check";
import { canaries } from "./recorder.ts";

/** Texts that parsers, encoders and patterns stumble over. */
const trickyTexts = [
  ...[
    "",
    " ",
    "\u0000",
    "\ud800",
    "x\udfff",
    "%",
    "%ff",
    "%2e%2e%2f",
    "../..",
    "a b",
    "\r\nX-Y: z",
  ],
  ...["__proto__", "constructor", "toString", "then", "null", "undefined", "NaN", "-0", "1e999"],
  ...["\u202egnp", "\ufeff", "é", "İ", "ß", "💥", "<script>alert(1)</script>", "{{x}}", "'\""],
  ...[
    "9".repeat(400),
    "a".repeat(70_000),
    `${"a".repeat(27)}!`,
    `${"a".repeat(30_000)}!`,
    `${"A-".repeat(21)}A!`,
    "=".repeat(20_000),
    "/".repeat(20_000),
  ],
  ...[
    "%41".repeat(9000),
    ";".repeat(30_000),
    " ".repeat(50_000),
    "-".repeat(50_000),
    "\ud800".repeat(99),
  ],
  ...[
    "default",
    "jo",
    "2026-11-20T10:00:00Z",
    "+275760-09-13T00:00:00.000Z",
    "2026-13-40T99:99:99Z",
  ],
  ...[canaries.callerText, JSON.stringify(canaries.callerText)],
] as const;

/** Any text that JSON can carry, lone surrogates included. */
export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...trickyTexts) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 50 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
      .map((units) => String.fromCharCode(...units)),
  },
);

const hostileNumber = fc.oneof(
  fc.constantFrom(0, -1, 1, 1.5, 1e21, 1e308, 2 ** 53, 2 ** 53 - 1, -(2 ** 53), 8.64e15, 5e-324),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
);

const hostileScalar = fc.oneof(
  hostileText,
  hostileNumber,
  fc.constantFrom<unknown>(null, true, false),
);

const hostileName = fc.oneof({ weight: 4, arbitrary: fc.string({ maxLength: 8 }) }, hostileText);

/** A value within itself so many times, which a recursive reader pays for. */
const nested = fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.boolean()).map(([depth, isList]) => {
  const [open, close] = isList ? ["[", "]"] : ['{"a":', "}"];
  return JSON.parse(`${open.repeat(depth)}${isList ? "" : "1"}${close.repeat(depth)}`) as unknown;
});

/** Any JSON value. It went through JSON, so `__proto__` is a member like others. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        hostileScalar,
        fc.array(tie("value"), { maxLength: 4 }),
        fc
          .array(fc.tuple(hostileName, tie("value")), { maxLength: 4 })
          .map((entries) => ownMembers(entries)),
      ),
    })).value,
  },
  { weight: 1, arbitrary: nested },
);

function ownMembers(entries: readonly (readonly [string, unknown])[]): object {
  const members = Object.create(Object.prototype) as object;
  for (const [name, value] of entries) {
    Object.defineProperty(members, name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return members;
}

/** One change to a JSON value: at the member that a path of positions leads to. */
export interface Edit {
  readonly path: readonly number[];
  readonly change: "replace" | "remove" | "add" | "wrap";
  readonly name: string;
  readonly value: unknown;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  path: fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 4 }),
  change: fc.constantFrom("replace", "replace", "remove", "add", "wrap"),
  name: hostileName,
  value: hostileJson,
});

export const edits = fc.array(edit, { maxLength: 3 });

/** A valid JSON value with some changes. */
export function edited(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(valid, edits).map(([value, list]) => applyEdits(value, list));
}

export function applyEdits(value: unknown, list: readonly Edit[]): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return list.reduce((current, each) => applyEdit(current, each.path, each), copy);
}

function applyEdit(value: unknown, path: readonly number[], change: Edit): unknown {
  const [position = 0, ...rest] = path;
  if (typeof value !== "object" || value === null) return change.value;
  const members = new Map<string, unknown>(Object.entries(value));
  const name = [...members.keys()][position % Math.max(1, members.size)];
  if (name === undefined || change.change === "add") members.set(change.name, change.value);
  else changeMember(members, name, rest, change);
  return Array.isArray(value) ? [...members.values()] : ownMembers([...members]);
}

function changeMember(
  members: Map<string, unknown>,
  name: string,
  rest: readonly number[],
  change: Edit,
): void {
  const value = members.get(name);
  if (rest.length > 0 && typeof value === "object" && value !== null) {
    members.set(name, applyEdit(value, rest, change));
    return;
  }
  if (change.change === "remove") members.delete(name);
  else members.set(name, change.change === "wrap" ? [value] : change.value);
}

/** One of several: written as a position, so that it shrinks to the first. */
export function among<T>(values: readonly T[]): fc.Arbitrary<T> {
  return fc.constantFrom(...values);
}

/** Four times of five what is usual, so that other parts of an input come into play. */
export function mostly<Usual, Other>(usual: Usual, other: fc.Arbitrary<Other>) {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
}

import { format, inspect } from "node:util";
import { serialize } from "node:v8";

/** Everything that a program may do to show a value, alone and inside others, with what it shows. */
export function waysToPrint(value: object): [how: string, shown: string][] {
  const failing = new Error("It failed.", { cause: { request: value } });
  const deep = { depth: 10, showHidden: true } as const;
  return [
    ["in a template", `${value}`],
    ["added to text", `a ${value}`],
    ["as JSON", JSON.stringify({ value, list: [value] })],
    ["inspected", inspect(value, deep)],
    ["inspected without its own say", inspect(value, { ...deep, customInspect: false })],
    ["inside other objects", inspect({ list: [value], map: new Map([["a", value]]) }, deep)],
    ["in an error's cause", inspect(failing, deep)],
    ["formatted", format("%s %o %O %j %d", value, value, value, value, value)],
    ["by its descriptors", inspect(Object.getOwnPropertyDescriptors(value), deep)],
    ["by copying", inspect({ ...value }, deep)],
    ["by its entries", inspect(Object.entries(value), deep)],
    ["by serializing", serialize({ ...value }).toString("latin1")],
  ];
}

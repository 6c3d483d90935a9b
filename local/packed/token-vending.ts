#!/usr/bin/env node
/** `npx token-vending` of the package: the command line, and npm scripts of the repository. */

// Node.js 20 has all the rest.
Map.groupBy ??= function groupBy<Key, Item>(
  items: Iterable<Item>,
  keyOf: (item: Item, index: number) => Key,
) {
  const groups = new Map<Key, Item[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index);
    index += 1;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
};

// It speaks of later versions of the SDK than the one that is bundled here.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

const scripts: Readonly<Record<string, () => Promise<unknown>>> = {
  dev: () => import("../server.ts"),
  providers: () => import("../provider-kit/provider-kit.ts"),
};
const script = scripts[process.argv[2] ?? ""];
if (script) process.argv.splice(2, 1);
await (script?.() ?? import("../../cli/vend.ts"));

#!/usr/bin/env node
/** `npx token-vending` of the package: the command line, and as `dev` what `npm start` runs in the repository. */

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

if (process.argv[2] === "dev") {
  process.argv.splice(2, 1);
  await import("../server.ts");
} else {
  await import("../../cli/vend.ts");
}

import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const docs = path.join(import.meta.dirname, "../../../docs/console");

test.each(["light", "dark"])("the %s picture in the README is a small PNG", (name) => {
  const picture = readFileSync(path.join(docs, `${name}.png`));
  expect(picture.subarray(1, 4).toString()).toBe("PNG");
  expect(picture.length).toBeLessThan(150_000);
});

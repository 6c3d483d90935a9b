import { createHash } from "node:crypto";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiPage } from "../site/chapters.ts";
import { collectPages } from "../site/collect-pages.ts";
import { addressOf } from "../site/page-address.ts";
import { pageLinkOf } from "../site/page-links.ts";
import { addPolicy } from "../site/security-policy.ts";
import type { SidebarItem } from "../site/sidebar.ts";
import { sidebarOf } from "../site/sidebar.ts";
import { anchorsOfPage, linksOfPage, tagsOfPage } from "./support/page-links.ts";

const root = path.join(import.meta.dirname, "..");
const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root }).sort();
const collected = mkdtempSync(path.join(tmpdir(), "site-"));

beforeAll(() => collectPages(root, collected));
afterAll(() => rmSync(collected, { recursive: true }));

test("the sidebar leads to every page, once", () => {
  const addressesOf = (items: readonly SidebarItem[]): string[] =>
    items.flatMap(({ link, items: others = [] }) => [
      ...(link === undefined ? [] : [link]),
      ...addressesOf(others),
    ]);
  const expected = [...pages, apiPage].map(addressOf);
  expect(addressesOf(sidebarOf(root)).sort()).toEqual(expected.sort());
});

test.each([
  ["README.md", "/"],
  ["docs/providers/README.md", "/docs/providers/"],
  ["docs/client.md", "/docs/client.html"],
])("%s is at %s", (page, address) => {
  expect(addressOf(page)).toBe(address);
});

describe("a link of a page", () => {
  test.each([
    ["docs/client.md", "../README.md#try-it", "../index.md#try-it", null],
    ["docs/client.md", "#errors", "#errors", null],
    ["docs/client.md", "https://example.com/a.ts", "https://example.com/a.ts", null],
    ["docs/architecture.md", "openapi.json", "../api.md", null],
    ["index.md", "docs/openapi.json", "api.md", null],
    [apiPage, "docs/openapi.json", "source/docs/openapi.json.txt", "docs/openapi.json"],
    ["docs/client.md", "../cdk.json#L3", "../source/cdk.json.txt", "cdk.json"],
  ])("of %s to %s becomes %s", (page, link, href, sourceFile) => {
    expect(pageLinkOf(page, link)).toEqual({ href, sourceFile });
  });

  test("leads to a page of the site, or to a file that it brings along", () => {
    const links = globSync("**/*.md", { cwd: collected }).flatMap((page) =>
      linksOfPage(readFileSync(path.join(collected, page), "utf8"))
        // Pictures are no links: the bundler resolves them.
        .filter((link) => !/\.(svg|png)$/.test(link))
        .map((link) => ({ page, ...pageLinkOf(page, link) })),
    );
    const there = new Set(globSync("**/*.md", { cwd: collected }));
    const missing = links.filter(({ page, href, sourceFile }) => {
      const file = path.posix.join(path.posix.dirname(page), href.replace(/#.*/, ""));
      return sourceFile === null && !href.startsWith("#") && !there.has(file);
    });
    expect(links.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });
});

describe("the page of the API", () => {
  const read = () => readFileSync(path.join(collected, apiPage), "utf8");

  test("has every operation and every schema of the document", () => {
    const document = readFileSync(path.join(root, "docs/openapi.json"), "utf8");
    const { paths, components } = JSON.parse(document);
    for (const name of Object.keys(components.schemas)) expect(read()).toContain(`### ${name}\n`);
    for (const [address, methods] of Object.entries<object>(paths)) {
      for (const method of Object.keys(methods)) {
        expect(read()).toContain(`\`${method.toUpperCase()} ${address}\``);
      }
    }
  });

  test("links only to sections that it has, and shows no text as a tag", () => {
    const anchors = linksOfPage(read()).filter((link) => link.startsWith("#"));
    expect(anchors.length).toBeGreaterThan(10);
    expect(anchorsOfPage(read())).toEqual(
      expect.arrayContaining(anchors.map((anchor) => anchor.slice(1))),
    );
    expect(tagsOfPage(read())).toEqual([]);
  });
});

test("a page of the site runs only the scripts that it came with", () => {
  const script = "document.title";
  const hash = createHash("sha256").update(script).digest("base64");
  const page = addPolicy(
    `<head><meta charset="utf-8"></head><script>${script}</script><script src="/a.js"></script>`,
  );
  expect(page).toContain(`script-src 'self' 'sha256-${hash}';`);
  expect(page).toContain("default-src 'none'");
});

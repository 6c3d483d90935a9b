import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { anchorsOfPage, linksOfPage, tagsOfPage } from "./support/page-links.ts";

const root = path.join(import.meta.dirname, "..");
const others = ["**/node_modules", "**/dist", "**/cdk.out", "site/pages"];
const filesOf = (pattern: string) => globSync(pattern, { cwd: root, exclude: others }).sort();
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const pages = filesOf("**/*.md");

describe("every link of a page has a target, and its anchor is there", () => {
  test.each(pages)("%s", (page) => {
    expect(linksOfPage(read(page)).filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  test("and every page of the documentation is linked to by another", () => {
    const linked = new Set(
      pages.flatMap((page) => linksOfPage(read(page)).map((link) => targetOf(page, link))),
    );
    const documents = filesOf("{*.md,docs/**/*.md}").filter((page) => page !== "README.md");
    expect(documents.filter((page) => !linked.has(page))).toEqual([]);
  });
});

test("every section that a message or a comment names is there", () => {
  const texts = filesOf(
    "{bench,cli,client,docs,functions,infra,local,openapi,site}/**/*.{ts,js,mjs,py}",
  );
  const named = texts.flatMap((file) =>
    [...read(file).matchAll(/\b((?:docs\/)?[\w/-]+\.md#[\w-]+)(?![\w$-])/g)].map(
      ([, link = ""]) => [file, link] as const,
    ),
  );
  const missing = named.filter(
    ([, link]) => ![link, `docs/${link}`].some((one) => leadsSomewhere("README.md", one)),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});

test.each(pages)("no text of a page is taken for a tag, and dropped: %s", (page) => {
  expect(tagsOfPage(read(page))).toEqual([]);
});

describe("a broken link is found", () => {
  const page = "docs/client.md";
  const broken = (text: string) => linksOfPage(text).filter((link) => !leadsSomewhere(page, link));

  test.each([
    ["to a page that is not there", "[a](missing.md)"],
    ["to a section that is not there", "[a](#no-such-section)"],
    ["to another page's section that is not there", "[a](deploying.md#no-such-section)"],
    ["with a title", '[a](missing.md "title")'],
    ["in angle brackets", "[a](<missing.md>)"],
    ["by reference", "[a][b]\n\n[b]: missing.md"],
    ["of a picture", "![a](benchmarks/missing.svg)"],
    ["of a picture by its tag", '<img alt="a" src="benchmarks/missing.svg">'],
    ["to a line beyond the end of a file", "[a](../client/token-client.ts#L99999)"],
    ["out of the repository", "[a](../../README.md)"],
    ["beside a span of code", "`a` [b](missing.md) `c`"],
  ])("%s", (_, text) => {
    expect(broken(text)).toHaveLength(1);
  });

  test.each([
    ["a link in a fence", "```md\n[a](missing.md)\n```"],
    ["a link in an indented fence", "- a\n\n  ```md\n  [a](missing.md)\n  ```"],
    ["a link in a span of code", "`[a](missing.md)`"],
    ["a line of a file", "[a](../client/token-client.ts#L1-L2)"],
    ["an address of the web", "[a](https://example.com/missing.md)"],
  ])("and %s is not one", (_, text) => {
    expect(broken(text)).toEqual([]);
  });
});

test("a heading that occurs again has a number in its anchor", () => {
  expect(anchorsOfPage("# A `b`\n\n## [C](d.md), e\n\n## A b\n\n```sh\n# f\n```\n")).toEqual([
    "a-b",
    "c-e",
    "a-b-1",
  ]);
});

function targetOf(page: string, link: string): string {
  const [file = ""] = link.split("#");
  return file === "" ? page : path.posix.join(path.posix.dirname(page), file);
}

function leadsSomewhere(page: string, link: string): boolean {
  const file = targetOf(page, link);
  if (file.startsWith("..") || !existsSync(path.join(root, file))) return false;
  const [, anchor] = link.split("#");
  if (anchor === undefined) return true;
  if (file.endsWith(".md")) return anchorsOfPage(read(file)).includes(anchor);
  const [, first, last = first] = /^L(\d+)(?:-L(\d+))?$/.exec(anchor) ?? [];
  return first !== undefined && Number(last) <= read(file).split("\n").length;
}

import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { apiPage, chapters } from "./chapters.ts";
import { addressOf } from "./page-address.ts";

/** An entry of VitePress's sidebar. */
export interface SidebarItem {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: readonly SidebarItem[];
}

/** The chapters as VitePress shows them. `root` is the repository's folder, from which titles are read. */
export function sidebarOf(root: string): readonly SidebarItem[] {
  return chapters.map(({ text, pages }) => ({
    text,
    items: pages.map((page) => itemOf(root, page)),
  }));
}

function itemOf(root: string, page: string): SidebarItem {
  const item = { text: titleOf(root, page), link: addressOf(page) };
  const folder = path.posix.dirname(page);
  if (folder === "." || path.posix.basename(page) !== "README.md") return item;
  const others = globSync(`${folder}/*.md`, { cwd: root }).filter((other) => other !== page);
  const items = others.sort().map((other) => ({
    text: titleOf(root, other),
    link: addressOf(other),
  }));
  return { ...item, collapsed: true, items };
}

function titleOf(root: string, page: string): string {
  if (page === apiPage) return "API";
  const [, title] = /^# (.+)$/m.exec(readFileSync(path.join(root, page), "utf8")) ?? [];
  if (title === undefined) throw new Error(`${page} has no heading: begin it with "# …".`);
  return title.replaceAll("`", "");
}

import path from "node:path";
import { apiPage } from "./chapters.ts";
import { pageFileOf } from "./page-address.ts";

/** Where the site keeps the files that pages link to and that are no pages. */
export const sourceFolder = "source";

/** What becomes of a link in the site. */
export interface PageLink {
  readonly href: string;
  /** The file of the repository that the site has to bring along, as text; null for a link to a page. */
  readonly sourceFile: string | null;
}

/**
 * Turns a link as it is written for the repository (`../README.md#try-it`, `../test/mutation/areas.ts`) into one of
 * the site. `page` is the file that has the link, from the repository's root.
 */
export function pageLinkOf(page: string, link: string): PageLink {
  const [file = "", anchor] = link.split("#");
  if (file === "" || /^[a-z]+:/.test(file)) return { href: link, sourceFile: null };
  const hash = anchor === undefined ? "" : `#${anchor}`;
  if (file.endsWith("openapi.json") && page !== apiPage) {
    return { href: `${pathTo(page, apiPage)}${hash}`, sourceFile: null };
  }
  if (file.endsWith(".md")) return { href: `${pageFileOf(file)}${hash}`, sourceFile: null };
  const sourceFile = path.posix.join(path.posix.dirname(page), file);
  // As text, which every browser shows. Lines have no anchors there.
  return { href: pathTo(page, `${sourceFolder}/${sourceFile}.txt`), sourceFile };
}

function pathTo(page: string, file: string): string {
  return path.posix.relative(path.posix.dirname(page), file);
}

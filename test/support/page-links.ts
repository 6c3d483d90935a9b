import { headingAnchor } from "../../site/heading-anchor.ts";

/** A page's text without what is in fences, and without its spans of code where `isProse`. */
function textOutsideOfCode(page: string, isProse: boolean): string {
  const text = page.replace(/^ *(````?)[^`\n]*\n.*?^ *\1 *$/gms, "");
  // A span of code may go on in the next line, not in the next paragraph.
  return isProse ? text.replace(/(`+)(?!`)(?:(?!\n\n).)*?(?<!`)\1(?!`)/gs, "") : text;
}

/** What the links and pictures of a page lead to, without the web: as they are written. */
export function linksOfPage(page: string): string[] {
  const text = textOutsideOfCode(page, true);
  const inline = text.matchAll(/\]\(\s*<?([^)\s>]*)>?(?:\s+["'][^)]*)?\)/g);
  const references = text.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm);
  const pictures = text.matchAll(/<(?:img|source)\s[^>]*?\bsrc(?:set)?="([^"]+)"/g);
  const links = [...inline, ...references, ...pictures].map(([, link = ""]) => link);
  return links.filter((link) => !/^(https:|mailto:)/.test(link));
}

/** What would be an HTML tag in a page, besides pictures. GitHub drops those that it does not know, with their names. */
export function tagsOfPage(page: string): string[] {
  return (
    textOutsideOfCode(page, true).match(
      /<(?!https:|\/?(?:picture|source|img)\b)\/?[a-z][^>\n]*>/gi,
    ) ?? []
  );
}

/** The anchors of a page's headings: one that occurs again is numbered. */
export function anchorsOfPage(page: string): string[] {
  const counts = new Map<string, number>();
  const headings = textOutsideOfCode(page, false).matchAll(/^#{1,6} (.+?)(?: #+)?$/gm);
  return [...headings].map(([, heading = ""]) => {
    // Of a link in a heading, its text counts.
    const anchor = headingAnchor(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

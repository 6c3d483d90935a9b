import { pageLinkOf } from "./page-links.ts";

/** Files of the repository that pages link to and that are no pages, as found so far. */
export const sourceFiles = new Set();

/** Has markdown-it read pages as the repository shows them: links by file, diagrams, and tags and Vue's braces as text. */
export function adaptMarkdown(markdown) {
  markdown.inline.ruler.disable("html_inline");
  markdown.block.ruler.at("html_block", skipComment, { alt: ["paragraph"] });
  markdown.core.ruler.push("links-by-file", ({ tokens, env }) => {
    const links = tokens
      .flatMap(({ children }) => children ?? [])
      .filter(({ type }) => type === "link_open");
    for (const link of links) {
      const { href, sourceFile } = pageLinkOf(env.relativePath, link.attrGet("href"));
      link.attrSet("href", href);
      if (sourceFile !== null) sourceFiles.add(sourceFile);
    }
  });
  const { fence, text } = markdown.renderer.rules;
  markdown.renderer.rules.text = (...rendered) => text(...rendered).replaceAll("{{", "{&#123;");
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index];
    if (info.trim() !== "mermaid") return fence(tokens, index, ...rest);
    const diagram = markdown.utils.escapeHtml(content);
    return `<DrawnDiagram><pre v-pre>${diagram}</pre></DrawnDiagram>\n`;
  };
}

/** Skips a comment in a line of its own, as they are around generated parts. What looks like any other tag is text. */
function skipComment(state, line, _end, isProbe) {
  const text = state.src.slice(state.bMarks[line] + state.tShift[line], state.eMarks[line]);
  if (!/^<!--.*-->$/.test(text)) return false;
  if (!isProbe) state.line = line + 1;
  return true;
}

import { copyFileSync, cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { headingAnchor } from "../heading-anchor.ts";
import { adaptMarkdown, sourceFiles } from "../markdown-rules.js";
import { sourceFolder } from "../page-links.ts";
import { addPolicy } from "../security-policy.ts";
import { sidebarOf } from "../sidebar.ts";

// The bundler that loads this file moves it: what counts is the working directory, site/.
const root = path.resolve("..");
const outDir = path.join(root, "dist", "site");

export default {
  lang: "en",
  title: "Token vending",
  description:
    "Vends payment and finance providers' access tokens to the Lambdas of an AWS account",
  srcDir: "pages",
  outDir,
  cacheDir: "node_modules/.cache",
  vite: { build: { target: "es2022" } },
  markdown: {
    anchor: { slugify: headingAnchor },
    config: adaptMarkdown,
  },
  themeConfig: {
    search: { provider: "local" },
    sidebar: sidebarOf(root),
    outline: [2, 3],
    externalLinkIcon: false,
  },
  transformHtml: addPolicy,
  buildEnd: () => {
    copySources();
    copyMermaid();
  },
};

function copySources() {
  for (const file of sourceFiles) {
    const copy = path.join(outDir, sourceFolder, `${file}.txt`);
    mkdirSync(path.dirname(copy), { recursive: true });
    copyFileSync(path.join(root, file), copy);
  }
}

/** As it is published: to bundle it again takes a minute. */
function copyMermaid() {
  const dist = path.resolve("node_modules/mermaid/dist");
  const isServed = (file) => !file.endsWith(".map");
  for (const part of ["mermaid.esm.min.mjs", "chunks/mermaid.esm.min"]) {
    cpSync(path.join(dist, part), path.join(outDir, "mermaid", part), {
      recursive: true,
      filter: isServed,
    });
  }
}

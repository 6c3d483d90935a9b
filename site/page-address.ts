/** The page of the site that a Markdown file of the repository becomes: a folder's `README.md` is its index. */
export function pageFileOf(file: string): string {
  return file.replace(/(^|\/)README\.md$/, "$1index.md");
}

/** The address of that page in the site, from its root. */
export function addressOf(file: string): string {
  return `/${pageFileOf(file)}`.replace(/(index)?\.md$/, (_, index?: string) =>
    index ? "" : ".html",
  );
}

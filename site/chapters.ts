/** A heading of the sidebar with what is below it. */
export interface Chapter {
  readonly text: string;
  /** Pages by their file, from the repository's root. A folder's `README.md` stands for all pages of the folder. */
  readonly pages: readonly string[];
}

/** The page that `api-page.ts` makes of `docs/openapi.json`. */
export const apiPage = "api.md";

/** Every page once, in the order in which somebody reads who has never heard of it. */
export const chapters: readonly Chapter[] = [
  { text: "Start", pages: ["README.md"] },
  {
    text: "Use it",
    pages: [
      "docs/client.md",
      "docs/other-languages.md",
      apiPage,
      "docs/consents.md",
      "docs/provider-kit.md",
    ],
  },
  {
    text: "Connect a provider",
    pages: [
      "docs/ready-realms.md",
      "docs/providers/README.md",
      "docs/adding-a-provider.md",
      "docs/local-realms.md",
    ],
  },
  { text: "Deploy", pages: ["docs/deploying.md", "docs/scale.md", "docs/benchmarks.md"] },
  { text: "Operate", pages: ["docs/operations.md", "docs/recovery.md"] },
  {
    text: "Understand",
    pages: ["docs/architecture.md", "docs/protocol.md", "docs/decisions/README.md"],
  },
  {
    text: "Trust",
    pages: ["SECURITY.md", "docs/threat-model.md", "docs/privacy.md", "docs/dependencies.md"],
  },
  { text: "Change it", pages: ["CONTRIBUTING.md", "docs/mutation-testing.md", "CHANGELOG.md"] },
];

import { defineConfig } from "vitest/config";
import { countTests } from "./test/support/count-tests.ts";
import { LongestFirst } from "./test/support/longest-first.ts";

/** Among the folders of pure code: what starts a server or a process, and so is no unit test. */
const withServers = [
  "test/cli/{npm-run-vend,run}.test.ts",
  "test/client/{credential,end-to-end,https-transport,lambda-transport,patience,size}.test.ts",
  "test/client/{token-client,token-client-error,token-fetch,with-token}.test.ts",
  "test/http/{begin,complete}-consent-endpoint.test.ts",
  "test/http/pages/consent-pages.test.ts",
  "test/openapi/document.test.ts",
  "test/platform/{http-failure,http-request}.test.ts",
  "test/providers/{client-certificate,id-token}.test.ts",
  "test/sealing/*-sealer.test.ts",
  "test/store/{dynalite-*,dynamodb-local}.test.ts",
  "test/store/items.test.ts",
];
const unit = [
  "test/{cli,client,http,model,openapi,platform,providers,sealing,store,support,vending}/**/*.test.ts",
];
/** Templates and what they allow: the library that makes them takes seconds to load. */
const infra = ["test/infra/**/*.test.ts"];
const withBundles = ["test/infra/{example,synth}.test.ts"];

/** Of one project: its files share workers, and with them what they import. */
const shared = {
  isolate: false,
  maxWorkers: 4,
  testTimeout: 120_000,
  hookTimeout: 240_000,
} as const;

export default defineConfig({
  test: {
    reporters: process.env["CI"]
      ? ["default", ["json", { outputFile: "dist/test-results.json" }], countTests]
      : ["default", countTests],
    maxWorkers: shared.maxWorkers,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          include: unit,
          exclude: withServers,
          setupFiles: ["test/support/no-servers.ts"],
        },
      },
      { test: { ...shared, name: "repository", include: ["test/*.test.ts"] } },
      { test: { ...shared, name: "infra", include: infra, exclude: withBundles } },
      {
        test: {
          ...shared,
          name: "integration",
          include: [
            ...withServers,
            ...withBundles,
            "test/{browser,consents,integration,local,simulation}/**/*.test.ts",
          ],
          globalSetup: ["test/support/bundles.ts"],
        },
      },
    ],
  },
});

import { defineConfig } from "vitest/config";
import { coreShare } from "./test/support/core-share.ts";
import { countTests } from "./test/support/count-tests.ts";
import { LongestFirst } from "./test/support/longest-first.ts";

/** Among the folders of pure code: what starts a server or a process, and so is no unit test. */
const withServers = [
  "test/bench/hot-path.test.ts",
  "test/cli/{bound-tokens,completion,consent,console,discover,doctor,doctor-api,history,ledger,no-answer,npm-run-vend,recover,reseal,run,secret-*,status,throttled,who,who-am-i}.test.ts",
  "test/client/{credential,end-to-end,https-transport,lambda-transport,proven-client,python,retry,size}.test.ts",
  "test/client/{testing,token-client,token-client-error,token-fetch,wait-for-consent,with-token}.test.ts",
  "test/http/{begin,complete}-consent-endpoint.test.ts",
  "test/http/pages/{consent-failures,consent-pages,consent-results}.test.ts",
  "test/model/unprintable.test.ts",
  "test/openapi/document.test.ts",
  "test/platform/{aws-connection,http-connections,http-failure,http-request}.test.ts",
  "test/providers/oauth/{client-certificate,foreign-clients,foreign-grants,jwks-outage}.test.ts",
  "test/sealing/{*-sealer,quick-kms}.test.ts",
  "test/store/{dynalite-*,quick-item-table,read-record}.test.ts",
];
const withBundles = ["test/infra/example.test.ts"];
/**
 * What is rehearsed before a release: recoveries, each scene of the demo, an app of the packed constructs, 200 realms in one
 * account, every broken client. The gate has no time for it.
 */
const rehearsed = [
  "test/conformance/broken-clients.test.ts",
  "test/infra/many-realms.test.ts",
  "test/integration/recovery-*.test.ts",
  "test/local/demo-scenes.test.ts",
  "test/packages/constructs-package.test.ts",
];
/**
 * Plays the whole system for a long time (the demo, `npm start`, crashes at every await, two releases on one table), builds
 * it twice, or repeats what holds on dynalite on DynamoDB Local.
 */
const slow = [
  "test/docs-recipe.test.ts",
  "test/infra/synth.test.ts",
  "test/integration/{chaos,every-await,npm-start,table-stream}.test.ts",
  "test/local/{demo,declared/stack}.test.ts",
  "test/packages/client-package.test.ts",
  "test/releases/{side-by-side,rollback,consents}.test.ts",
  "test/{local/aws/dynamodb,store}/dynamodb-local.test.ts",
];
const long = [...slow, ...rehearsed];

/** Which test runs where; test/run.test.ts sees to it that each does, once. */
export const projects = [
  {
    name: "unit",
    include: [
      "test/{bench,cli,client,http,model,mutation,openapi,platform,providers}/**/*.test.ts",
      "test/{events,sealing,store,support,threats,vending}/**/*.test.ts",
    ],
    exclude: [...withServers, ...long],
    setupFiles: ["test/support/no-servers.ts", "test/support/same-properties.ts"],
  },
  /** Conventions, documents, types: what holds of the repository as a whole. */
  { name: "repository", include: ["test/*.test.ts"], exclude: long },
  /** Templates and what they allow: the library that makes them takes seconds to load. */
  { name: "infra", include: ["test/infra/**/*.test.ts"], exclude: [...withBundles, ...long] },
  /** Servers, processes and browsers. */
  {
    name: "integration",
    include: [
      ...withServers,
      ...withBundles,
      "test/{browser,conformance,consents,exploration,fuzz,integration,local}/**/*.test.ts",
      "test/{ready-realms,simulation}/**/*.test.ts",
    ],
    exclude: long,
    globalSetup: ["test/support/bundles.ts"],
  },
  { name: "slow", include: slow, exclude: [], globalSetup: ["test/support/bundles.ts"] },
  { name: "release", include: rehearsed, exclude: [], globalSetup: ["test/support/bundles.ts"] },
];

/**
 * A process that gets a small part of a core misses time-outs of a second that it keeps anywhere else, as a deployed
 * function with too little memory would. So a test of servers and processes that fails is played again, and named at the
 * end; and where the machine has other work, there are no workers beyond cores.
 */
const isStarved = coreShare() < 0.8;

/** Files of a project share workers, and what they import. Tests that wait for servers leave cores to more workers. */
function workersOf(project: string) {
  const isWaiting = ["integration", "slow", "release"].includes(project);
  return {
    isolate: false,
    maxWorkers: isWaiting && !isStarved ? 6 : 2,
    retry: (isWaiting ? 1 : 0) + (isStarved ? 1 : 0),
    sequence: { groupOrder: isWaiting ? 0 : 1 },
  };
}

/** Ends what hangs: on a machine with other work everything takes ten times as long. */
const patience = {
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 60_000 } },
} as const;

export default defineConfig({
  test: {
    reporters: process.env["CI"]
      ? ["default", ["json", { outputFile: "dist/test-results.json" }], countTests]
      : ["default", countTests],
    sequence: { sequencer: LongestFirst },
    projects: projects.map((project) => ({
      test: { ...workersOf(project.name), ...patience, ...project },
    })),
  },
});

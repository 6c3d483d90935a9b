import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../cli/commands.ts";
import { functionNames } from "../../infra/function-names.ts";
import manifest from "../../infra/package.json" with { type: "json" };
import rootManifest from "../../package.json" with { type: "json" };
import { EmptyProject } from "./empty-project.ts";

const project = new EmptyProject(Object.keys(manifest.dependencies));
let archive = "";
beforeAll(() => {
  archive = project.pack("infra");
  // As npm would with the peers at hand: it fetches what a project does not have, and here is no network.
  project.install("--legacy-peer-deps", archive);
  for (const peer of Object.keys(manifest.peerDependencies)) project.link(peer);
});
afterAll(() => project.remove());

/** Somebody's app: two realms, and a role of their own that vends from one. */
const app = `
  const app = new App({ outdir: "cdk.out" });
  const env = { account: "111111111111", region: "eu-west-1" };
  const realms: RealmEntry[] = [
    { provider: "conferma", environment: "sandbox", tokenUrl: "https://conferma.example/token" },
    { ...readyRealms.adyen({ environment: "test" }), environment: "acme" },
  ];
  const settings = readSettings(app, { alarms: "none", api: "regional" });
  const vending = new TokenVending(app, { ...settings, realms, env });
  const stack = new Stack(app, "Ours", { env });
  const role = new Role(stack, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  const realm: Realm = vending.realm("conferma/sandbox");
  realm.grantVend(role);
  realm.grantVendOverApi(role);
  console.log(app.synth().stacks.map(({ stackName }) => stackName).sort().join(" "));
`;
const untyped = app.replace(/const (realms|realm): [\w[\]]+ =/g, "const $1 =");

const used = [
  ["App, Stack", "aws-cdk-lib"],
  ["Role, ServicePrincipal", "aws-cdk-lib/aws-iam"],
  ["TokenVending", "@token-vending/constructs"],
  ["readSettings", "@token-vending/constructs/settings"],
  ["readyRealms", "@token-vending/constructs/ready-realms"],
] as const;
const imports = used.map(([names, from]) => `import { ${names} } from "${from}";`).join("\n");
const requires = used.map(([names, from]) => `const { ${names} } = require("${from}");`).join("\n");
const types = 'import type { Realm, RealmEntry } from "@token-vending/constructs";';

test("the constructs' package has the release's version, and what the repository is tested with", () => {
  const { dependencies, devDependencies } = rootManifest;
  const { dynalite } = devDependencies;
  expect([manifest.version, manifest.engines]).toEqual([
    rootManifest.version,
    rootManifest.engines,
  ]);
  expect({ ...dependencies, ...devDependencies }).toMatchObject(manifest.devDependencies);
  expect(manifest.peerDependencies["aws-cdk-lib"]).toBe(`^${devDependencies["aws-cdk-lib"]}`);
  expect(manifest.dependencies).toEqual({ dynalite });
});

test("publint and attw have nothing against the constructs' package", () => {
  expect(project.complaintsAbout(archive)).toBe("");
});

describe("an app of the installed package", () => {
  test.each([
    ["ES modules", "app.mjs", imports],
    ["CommonJS", "app.cjs", requires],
  ])("synthesizes with the functions that came with it, from %s", (_, file, head) => {
    project.write(file, head + untyped);
    const out = path.join(project.folder, "cdk.out");
    rmSync(out, { recursive: true, force: true });
    expect(project.run(process.execPath, file).trim().split(" ")).toEqual([
      "Ours",
      "TokenVending",
      "TokenVending-conferma-sandbox",
      "TokenVending-static-key-acme",
      "TokenVendingApiStage",
      "TokenVendingState",
    ]);
    const assets = readdirSync(out).filter((name) => /^asset\.\w+$/.test(name));
    const handlers = assets.map((name) => readFileSync(path.join(out, name, "index.mjs"), "utf8"));
    expect(handlers.length).toBeGreaterThanOrEqual(4);
    expect(handlers.filter((code) => !/as handler\b/.test(code))).toEqual([]);
    const template = readFileSync(path.join(out, "Ours.template.json"), "utf8");
    expect(template).toContain(":function:token-vending-conferma-sandbox");
    expect(template).toContain("execute-api:Invoke");
  });

  /** A setting that its provider does not have. */
  const wrong = `
    // @ts-expect-error
    const misspelt: RealmEntry = { provider: "conferma", environment: "a", tokenAddress: "https://a.example" };
    void misspelt;
  `;

  /** What docs/deploying.md shows, in an app that has a role. */
  const page = readFileSync(path.join(import.meta.dirname, "../../docs/deploying.md"), "utf8");
  const [, shown = ""] = /^### From an app of your own\n.*?^```ts\n(.*?)^```$/ms.exec(page) ?? [];
  const example = `
    import type { App } from "aws-cdk-lib";
    import type { Role } from "aws-cdk-lib/aws-iam";
    declare const app: App;
    declare const role: Role;
    ${shown}`;

  // The declarations of aws-cdk-lib are not clean under exactOptionalPropertyTypes; checking them takes most of the time.
  test.each([
    ["NodeNext", { module: "NodeNext", skipLibCheck: true }],
    ["Bundler", { module: "ESNext", moduleResolution: "Bundler" }],
  ])("type-checks under %s", (_, options) => {
    const files = ["app.mts", "app.cts", "example.mts"];
    for (const file of files) project.write(file, `${imports}\n${types}\n${app}${wrong}`);
    expect(example).toContain("grantVend(role)");
    project.write("example.mts", example);
    const typeRoots = [path.join(import.meta.dirname, "../../node_modules/@types")];
    const common = {
      lib: ["ES2023"],
      types: ["node"],
      typeRoots,
      exactOptionalPropertyTypes: false,
    };
    project.typeCheck({ ...common, ...options }, ...files);
  });
});

describe("npx token-vending", () => {
  test("dev runs the whole system on the machine's Node.js, and keeps it where git does not look", () => {
    const printed = project.npx("token-vending", "dev", "--once", "--ports", "0");
    expect(printed.match(/ 200 accepted$/gm)).toHaveLength(7);
    expect(printed.match(/ needs consent$/gm)).toHaveLength(3);
    expect(readFileSync(path.join(project.folder, ".local/.gitignore"), "utf8")).toBe("*\n");
  }, 120_000);

  test("dev --realms runs the realms of a file, ready ones too, each from its declaration", () => {
    project.write(
      "my-realms.mjs",
      `import { readyRealms } from "@token-vending/constructs/ready-realms";
      const scopes = ["https://mail.google.com/"];
      export const realms = [readyRealms.googleServiceAccount({ environment: "google", scopes })];`,
    );
    const dev = ["dev", "--realms", "my-realms.mjs", "--folder", ".declared"];
    const printed = project.npx("token-vending", ...dev, "--once", "--ports", "0");
    expect(printed).toContain("plays https://oauth2.googleapis.com/token");
    expect(printed).toMatch(/ client-credentials\/google\/default .* 200 accepted$/m);
    expect(printed).not.toContain("Not played");
  }, 120_000);

  test("providers runs a command with the simulated providers", () => {
    const script = "console.log(process.env.TOKEN_VENDING_PROVIDERS)";
    const said = project.npx("token-vending", "providers", "--", "node", "-e", script);
    expect(said).toMatch(/providers\.json$/m);
  });

  test("has all commands, by the name that they have there", () => {
    const help = project.npx("token-vending", "--help");
    for (const { name } of commands) expect(help).toContain(`\n  ${name} `);
    expect(help).toContain("npx token-vending help status");
    const bin = path.join(project.folder, "node_modules/@token-vending/constructs/dist/bin");
    const code = readdirSync(bin).map((name) => readFileSync(path.join(bin, name), "utf8"));
    expect(code.join("").match(/.*npm (?:start|run).*/g)).toBeNull();
  });
});

test("the constructs' package has every function, its bill of materials and its notices, and no source", () => {
  const files = project.run("tar", "-tzf", archive).trim().split("\n");
  for (const name of functionNames)
    expect(files).toContain(`package/dist/functions/${name}/index.mjs`);
  expect(files).toContain("package/dist/sbom.cdx.json");
  expect(files.filter((file) => /\.map$|(?<!\.d)\.ts$/.test(file))).toEqual([]);
  const notices = project.run("tar", "-xOzf", archive, "package/dist/NOTICES.txt");
  expect(notices).toMatch(/^valibot 1\.5\.0 \(MIT\)$/m);
  expect(notices).toContain("Fabian Hiller");
});

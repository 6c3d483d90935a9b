import { readFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import manifest from "../../client/package.json" with { type: "json" };
import rootManifest from "../../package.json" with { type: "json" };
import { EmptyProject } from "./empty-project.ts";

const project = new EmptyProject();
let archive = "";
beforeAll(() => {
  archive = project.pack("client");
  project.install(archive);
  project.link("@aws-sdk/client-lambda");
});
afterAll(() => project.remove());

/** `@token-vending/client`, and each of its subpaths. */
const specifiers = Object.keys(manifest.exports)
  .filter((subpath) => subpath !== "./package.json")
  .map((subpath) => path.posix.join(manifest.name, subpath));

/** What somebody's test does: a token, its rejection, and a problem, which is an error of the other entry's class. */
const story = `
  const connection = "conferma/production/default";
  const vending = fakeVending();
  const client = createTokenClient({ connection, transport: vending.transport });
  client.vend()
    .then((credential) => client.reject(credential.version))
    .then((credential) => {
      console.log(credential.version, credential.headers["Authorization"]);
      vending.fail(connection, { code: "contested", retryAfterSeconds: 7 });
      return client.reject(credential.version);
    })
    .catch((error: unknown) => {
      if (error instanceof TokenClientError) console.log(error.code, error.retryAfterSeconds);
    });
`;
const untyped = story.replace("error: unknown", "error");
const told = "2 Bearer fake-2-of-conferma/production/default\ncontested 7\n";

const used = [
  ["createTokenClient", "@token-vending/client"],
  ["fakeVending", "@token-vending/client/testing"],
  ["TokenClientError", "@token-vending/client/token-client-error"],
] as const;
const imports = used.map(([name, from]) => `import { ${name} } from "${from}";`).join("\n");
const requires = used.map(([name, from]) => `const { ${name} } = require("${from}");`).join("\n");

test("the client's package has the release's version, and no dependency", () => {
  expect(manifest.version).toBe(rootManifest.version);
  expect(manifest.engines).toEqual(rootManifest.engines);
  expect(Object.keys(manifest).filter((member) => /dependencies/i.test(member))).toEqual([]);
});

test("publint and attw have nothing against the client's package", () => {
  expect(project.complaintsAbout(archive)).toBe("");
});

test("the client's package holds what it exports, and no source", () => {
  const files = project.run("tar", "-tzf", archive).trim().split("\n").sort();
  expect(
    files.filter((file) => !/^package\/dist\/(esm|cjs)\/[\w-]+(\.d\.ts|\.js)$/.test(file)),
  ).toEqual([
    "package/README.md",
    "package/dist/cjs/package.json",
    "package/dist/esm/package.json",
    "package/package.json",
  ]);
  const text = (file: string) => project.run("tar", "-xOzf", archive, file);
  const built = files.filter((file) => file.startsWith("package/dist/"));
  expect(built.filter((file) => /functions\/|"\.\.|\.ts"/.test(text(file)))).toEqual([]);
});

test("an installed client is the same code as ES modules and as CommonJS", () => {
  project.write("story.mjs", imports + untyped);
  project.write("story.cjs", requires + untyped);
  expect(project.run(process.execPath, "story.mjs")).toBe(told);
  expect(project.run(process.execPath, "story.cjs")).toBe(told);
});

test("every entry of an installed client loads, both ways", () => {
  const load = (how: string) =>
    specifiers.map((one) => `${how}(${JSON.stringify(one)})`).join(", ");
  project.write(
    "all.mjs",
    `const all = await Promise.all([${load("import")}]); console.log(all.length);`,
  );
  project.write("all.cjs", `console.log([${load("require")}].length);`);
  for (const file of ["all.mjs", "all.cjs"])
    expect(project.run(process.execPath, file)).toBe(`${specifiers.length}\n`);
});

describe("an installed client type-checks, declarations included,", () => {
  const readme = readFileSync(path.join(import.meta.dirname, "../../client/README.md"), "utf8");
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const every = specifiers
    .map((one, n) => `import * as m${n} from "${one}"; void m${n};`)
    .join("\n");

  test.each([
    ["NodeNext", { module: "NodeNext", lib: ["ES2023", "DOM"], types: [] }],
    [
      "Bundler",
      { module: "ESNext", moduleResolution: "Bundler", lib: ["ES2023", "DOM"], types: [] },
    ],
  ])("under %s, from ES modules and from CommonJS", (_, options) => {
    const text = `${imports}\n${every}\n${story}`;
    for (const file of ["story.mts", "story.cts"]) project.write(file, text);
    project.typeCheck(options, "story.mts", "story.cts");
  });

  test("as its README shows it", () => {
    expect(examples).toHaveLength(2);
    const files = examples.map((code, n) => {
      project.write(`example-${n}.mts`, code);
      return `example-${n}.mts`;
    });
    const typeRoots = [path.join(import.meta.dirname, "../../node_modules/@types")];
    const options = {
      module: "NodeNext",
      lib: ["ES2023"],
      types: ["node"],
      typeRoots,
      skipLibCheck: true,
    };
    project.typeCheck(options, ...files);
  });

  test("and finds a provider that does not exist", () => {
    const wrong = `${imports}\n${story.replace("conferma/production", "confirma/production")}`;
    project.write("wrong.mts", wrong);
    const options = { module: "NodeNext", lib: ["ES2023", "DOM"], types: [] };
    expect(() => project.typeCheck(options, "wrong.mts")).toThrow(/"confirma\/production/);
  });
});

test("an installed client is at most 6 kB minified, without its fake, links and proofs", async () => {
  const ofRequests = specifiers.filter((one) => !/testing|links|consent|proven/.test(one));
  const { outputFiles } = await build({
    stdin: {
      contents: ofRequests.map((one) => `export * from "${one}";`).join("\n"),
      resolveDir: project.folder,
    },
    ...{ bundle: true, minify: true, write: false, format: "esm", platform: "neutral" },
  });
  const size = outputFiles[0]?.contents.length ?? Infinity;
  expect(size).toBeGreaterThan(3000);
  expect(size).toBeLessThanOrEqual(6000);
});

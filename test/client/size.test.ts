import path from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";

const root = path.join(import.meta.dirname, "..", "..");

/** The public modules. */
const entries = [
  "token-client",
  "token-client-error",
  "lambda-transport",
  "https-transport",
  "with-token",
];

/** Of use in a bundle only where people consent. */
const linkEntries = ["with-links", "wait-for-consent"];

async function bundled(names: readonly string[]) {
  const contents = names.map((name) => `export * from "./client/${name}.ts";`).join("\n");
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "neutral",
    target: "node24",
  });
  const inputs = Object.keys(metafile.inputs).filter((file) => file !== "<stdin>");
  return { bytes: outputFiles[0]?.contents.length ?? 0, inputs };
}

it("client/ is at most 6 kB minified, with both transports and the middleware", async () => {
  const { bytes, inputs } = await bundled(entries);
  expect(inputs.length).toBeGreaterThanOrEqual(entries.length);
  expect(bytes).toBeGreaterThan(3000);
  expect(bytes).toBeLessThanOrEqual(6000);
});

it("a bundle contains only the transport that it uses", async () => {
  const [both, one] = await Promise.all([
    bundled(entries),
    bundled(["token-client", "lambda-transport"]),
  ]);
  expect(one.bytes).toBeLessThan(both.bytes - 800);
});

it("links and waiting for a person take 900 bytes more, in the bundles that need them", async () => {
  const [without, withThem] = await Promise.all([
    bundled(entries),
    bundled([...entries, ...linkEntries]),
  ]);
  expect(without.inputs.filter((file) => linkEntries.some((name) => file.includes(name)))).toEqual(
    [],
  );
  expect(withThem.bytes).toBeLessThanOrEqual(without.bytes + 900);
});

it("client/ imports nothing at run time: no package, no module of Node, no other folder", async () => {
  const { inputs } = await bundled([...entries, ...linkEntries]);
  expect(inputs.filter((file) => !file.startsWith("client/"))).toEqual([]);
});

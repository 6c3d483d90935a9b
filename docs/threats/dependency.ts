import type { Threat } from "./threat.ts";

/** A package that the build installs. */
export const threatsOfADependency: readonly Threat[] = [
  {
    name: "ranges-of-versions",
    arrow: "deployment",
    asset: "secrets",
    kind: "T",
    threat: "comes as a newer version, which a range of versions lets in",
    mitigation: "package.json names exact versions, and the lockfile the hash of every archive",
    test: ["test/install.test.ts", "an installation", "takes one exact version of each dependency"],
    removal: { file: "package.json", from: '"valibot": "', to: '"valibot": "^' },
  },
  {
    name: "install-script",
    arrow: "deployment",
    asset: "secrets",
    kind: "E",
    threat: "runs code when it is installed",
    mitigation: "every install script is named with its reason, and npm runs no other",
    test: ["test/install.test.ts", "an install script", "runs only where package.json allows it"],
    removal: { file: "package.json", from: '"classic-level": false', to: '"classic-level": true' },
  },
  {
    name: "code-in-the-bundle",
    arrow: "deployment",
    asset: "secrets",
    kind: "E",
    threat: "gets into a bundle without being noticed",
    mitigation: "the bundled packages are listed, from what the bundler reports",
    test: [
      "test/bill-of-materials.test.ts",
      "the bill of materials",
      "lists every package in the bundles' source maps, and no other",
    ],
    removal: {
      file: "infra/bill-of-materials.ts",
      from: "byFolder.delete(ownCode);",
      to: 'byFolder.delete(ownCode);\n  byFolder.delete("node_modules/valibot");',
    },
  },
  {
    name: "copyleft-in-the-bundle",
    arrow: "deployment",
    asset: "availability",
    kind: "D",
    threat: "has, or takes on, a licence under which it may not be deployed like this",
    mitigation: "bundles and the functions' dependencies have licences of a list",
    test: [
      "test/bill-of-materials.test.ts",
      "a licence",
      "is on the list for every bundled package, and for every dependency of the functions",
    ],
    removal: { file: "infra/licences.ts", from: '  "Apache-2.0",\n', to: "" },
  },
  {
    name: "node-binary",
    arrow: "deployment",
    asset: "secrets",
    kind: "T",
    threat: "is not what was locked: the Node that runs the build is fetched by an install script",
    accepted:
      "the lockfile has no hash of that binary. A test compares it with a known one on Linux, once it has run. It is not deployed: Lambda has its own",
  },
  {
    name: "signed-upstream",
    arrow: "deployment",
    asset: "secrets",
    kind: "T",
    threat: "was malicious when its author, or the author's account, published it",
    accepted:
      "hashes prove that an archive is the one that was locked, not that it is harmless: the bundles have few packages (dist/sbom.cdx.json), and updates are read before they are locked",
  },
];

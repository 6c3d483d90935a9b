import type { Metafile } from "esbuild";

/** The part of package-lock.json that is read. */
export interface Lockfile {
  readonly name: string;
  readonly version: string;
  /** By their folder, `node_modules/valibot`. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  /** Where a workspace's link leads. */
  readonly resolved?: string;
  /** Subresource integrity of the archive: `sha512-<base64>`. */
  readonly integrity?: string;
}

/** A package of which code is in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** SHA-512 of the archive, hexadecimal. */
  readonly archiveHash: string;
  /** The functions in whose bundles it is. */
  readonly functions: readonly string[];
  /** The folders of the bundled packages that its files import. */
  readonly imports: readonly string[];
}

/**
 * The packages in these bundles, by their folders. `npm sbom` lists what is installed: it has packages of which no code
 * is bundled, and calls bundled ones development dependencies.
 */
export function bundledPackages(
  bundles: ReadonlyMap<string, Metafile>,
  { packages }: Lockfile,
): ReadonlyMap<string, BundledPackage> {
  const uses = [...bundles].flatMap(([name, metafile]) =>
    bundledFiles(metafile).map((file) => ({ name, folder: folderOf(file) })),
  );
  const byFolder = Map.groupBy(uses, ({ folder }) => folder);
  byFolder.delete(ownCode);
  return new Map(
    unique([...byFolder.keys()]).map((folder) => [
      folder,
      {
        ...lockedAs(folder, packages[folder]),
        functions: unique((byFolder.get(folder) ?? []).map(({ name }) => name)),
        imports: importsOf(folder, bundles).filter((other) => byFolder.has(other)),
      },
    ]),
  );
}

/** Stands for the folders of this repository. */
const ownCode = "";

/** Files with code in a bundle; the metafile's inputs also have those of which nothing is left. */
function bundledFiles({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  return unique(inputs);
}

/** The other folders that files in this one import, those included of which nothing is left: they pass imports on. */
function importsOf(folder: string, bundles: ReadonlyMap<string, Metafile>): string[] {
  const inputs = [...bundles.values()].flatMap((metafile) => Object.entries(metafile.inputs));
  const own = inputs.filter(([file]) => folderOf(file) === folder);
  const imported = own.flatMap(([, { imports }]) => imports.map(({ path }) => folderOf(path)));
  return unique(imported).filter((other) => other !== folder);
}

/** As the lockfile names it, wherever node_modules is. */
function folderOf(file: string): string {
  const [, folder] = /\b(node_modules\/(?:.*\bnode_modules\/)?(?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  return folder ?? ownCode;
}

function lockedAs(
  folder: string,
  { version, license, integrity }: LockedPackage = {},
): Pick<BundledPackage, "name" | "version" | "licence" | "archiveHash"> {
  const name = folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
  if (!version || !license || !integrity?.startsWith("sha512-")) {
    throw new Error(`package-lock.json has no version, licence or SHA-512 of ${folder}.`);
  }
  const archiveHash = Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex");
  return { name, version, licence: license, archiveHash };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted();
}

/**
 * A software bill of materials: https://cyclonedx.org/docs/1.6/json/. It has no date and no serial number, so that two
 * builds of one commit have the same.
 */
export function billOfMaterials(bundles: ReadonlyMap<string, Metafile>, lockfile: Lockfile) {
  const packages = bundledPackages(bundles, lockfile);
  const refOf = (folder: string) => purlOf(packages.get(folder));
  const own = `pkg:npm/${lockfile.name}@${lockfile.version}`;
  const direct = importsOf(ownCode, bundles).filter((folder) => packages.has(folder));
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": own,
        name: lockfile.name,
        version: lockfile.version,
        purl: own,
      },
    },
    components: [...packages.values()].map(componentOf),
    dependencies: [
      {
        ref: own,
        dependsOn: direct.map(refOf),
      },
      ...[...packages.values()].map((bundled) => ({
        ref: purlOf(bundled),
        dependsOn: bundled.imports.map(refOf),
      })),
    ],
  };
}

function componentOf(bundled: BundledPackage) {
  const [group, name = ""] = bundled.name.startsWith("@")
    ? bundled.name.split("/")
    : [undefined, bundled.name];
  return {
    type: "library",
    "bom-ref": purlOf(bundled),
    ...(group && { group }),
    name,
    version: bundled.version,
    hashes: [{ alg: "SHA-512", content: bundled.archiveHash }],
    licenses: [{ expression: bundled.licence }],
    purl: purlOf(bundled),
    properties: bundled.functions.map((value) => ({ name: "token-vending:function", value })),
  };
}

/** https://github.com/package-url/purl-spec: the @ of a scope is encoded. */
function purlOf(bundled: BundledPackage | undefined): string {
  return `pkg:npm/${bundled?.name.replace("@", "%40")}@${bundled?.version}`;
}

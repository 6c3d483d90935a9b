import packageJson from "../../package.json" with { type: "json" };
import lockfile from "../../package-lock.json" with { type: "json" };

interface InstalledPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  /** Comes inside the archive of the package that it lies in, whose hash covers it. */
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const entries: readonly [string, InstalledPackage][] = Object.entries(lockfile.packages);
const { workspaces } = packageJson;

/** The repository's own packages in the lockfile, by folder: the root, and its workspaces. */
export const ownPackages = entries.filter(([name]) => name === "" || workspaces.includes(name));

/** All other packages in the lockfile, by folder. Links to the workspaces are left out. */
export const foreignPackages = entries.filter(
  (entry) => !ownPackages.includes(entry) && !workspaces.includes(entry[1].resolved ?? ""),
);

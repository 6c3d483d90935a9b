import type { FunctionName } from "./function-names.ts";

/** The prefix of all names, unless the setting `name` says another: so that an account may have two deployments. */
const defaultDeploymentName = "token-vending";

/** Each segment begins with a letter: otherwise two names could have stacks of the same name. */
const namePattern = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;
const maxNameLength = 30;

/** The functions that serve all realms. */
type SharedFunction = "list-connections" | "publish-events";

/** The last part of a function's name. The function that callers invoke has none. */
const functionSuffixes: Readonly<Record<Exclude<FunctionName, SharedFunction>, string>> = {
  "vend-token": "",
  "renew-tokens": "-renew",
  "begin-consent": "-begin-consent",
  "complete-consent": "-complete-consent",
};

export type RealmFunctionName = keyof typeof functionSuffixes;
export const realmFunctionNames = Object.keys(functionSuffixes) as RealmFunctionName[];

/** The alias of a realm's `vend-token` that callers invoke: a release moves it to a new version. */
export const liveAlias = "live";

/**
 * What a deployment's resources are called. Nothing in these names is generated, so that no redeployment changes them.
 * `realm` is `provider/environment` throughout.
 */
export class DeploymentNames {
  readonly name: string;
  /** Of the table; its own, if the setting `tableName` names no other. */
  readonly table: string;
  readonly dashboard: string;
  readonly eventBus: string;
  readonly keyAlias: string;
  readonly listConnections: string;
  readonly publishEvents: string;
  private readonly stackPrefix: string;

  /** Throws for a name that is not lower-case words with hyphens between them. */
  constructor(name: string = defaultDeploymentName) {
    if (!namePattern.test(name) || name.length > maxNameLength) {
      throw new Error(
        `token-vending:name must be at most ${maxNameLength} characters, lower-case words joined by hyphens; it is ${JSON.stringify(name)}.`,
      );
    }
    this.name = name;
    this.table = name;
    this.dashboard = name;
    this.eventBus = name;
    this.keyAlias = `alias/${name}`;
    this.listConnections = `${name}-list-connections`;
    this.publishEvents = `${name}-publish-events`;
    this.stackPrefix = name.replaceAll(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase());
  }

  stack(part: "State" | "" | "ApiStage" | "Example"): string {
    return `${this.stackPrefix}${part}`;
  }

  /** The names of stacks allow neither `.` nor `_`. */
  realmStack(realm: string): string {
    return `${this.stackPrefix}-${realm.replaceAll(/[^a-z0-9]/g, "-")}`;
  }

  /** The common beginning of what a realm has: its functions and its alarms. */
  ofRealm(realm: string): string {
    return `${this.name}-${realm.replaceAll(/[^a-z0-9_]/g, "-")}`;
  }

  realmFunction(realm: string, entry: RealmFunctionName): string {
    return `${this.ofRealm(realm)}${functionSuffixes[entry]}`;
  }

  /** `token-vending/conferma/production/` */
  secretPrefix(realm: string): string {
    return `${this.name}/${realm}/`;
  }

  /** The log group to which CloudTrail delivers, if there is a trail. */
  get trailLog(): string {
    return `/${this.name}/trail`;
  }

  /** The SSM parameter for the key's ARN: unlike a table, a key has no name that is known beforehand. */
  get sealingKeyParameter(): string {
    return `/${this.name}/sealing-key`;
  }

  /** The SSM parameter for the ARN of the table's stream, which has the time in it when it was made. */
  get tableStreamParameter(): string {
    return `/${this.name}/table-stream`;
  }

  /** What callers look up: `/token-vending/realms/conferma/production/function`. */
  realmParameter(realm: string, what: "function" | "api" | "callback"): string {
    return `/${this.name}/realms/${realm}/${what}`;
  }

  /** What the core tells the realms' stacks. */
  coreParameter(what: string): string {
    return `/${this.name}/core/${what}`;
  }
}

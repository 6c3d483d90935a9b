import { needsConsent } from "../functions/providers/catalogue.ts";
import { alarmKinds } from "./constructs/token-alarm.ts";
import type { DeploymentNames, RealmFunctionName } from "./deployment-names.ts";
import { realmFunctionNames } from "./deployment-names.ts";
import type { ListedRealm } from "./realm-list.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const maxFunctionName = 64;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html */
const maxStackName = 128;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const maxAlarmName = 255;

/** Throws for a realm whose functions, alarms or stack cannot have their names, and for two realms that would share one. */
export function checkNames(
  realms: readonly ListedRealm[],
  names: DeploymentNames,
  file = "infra/realms.ts",
): void {
  const owners = new Map([
    [names.listConnections, "list-connections"],
    [names.publishEvents, "publish-events"],
  ]);
  const alarmOwners = new Map<string, string>();
  for (const { name: realm, settings } of realms) {
    // No realm may be called as the function of another, even of one that has none yet: a trail knows them by their ends.
    for (const entry of realmFunctionNames) {
      const longest =
        isOfConsents(entry) && !needsConsent(settings.provider) ? null : maxFunctionName;
      claim(owners, names.realmFunction(realm, entry), realm, longest, "function", file);
    }
    claim(owners, names.realmStack(realm), realm, maxStackName, "stack", file);
    const alarms = ["", ...alarmKinds.map((kind) => `-${kind}`)];
    for (const alarm of alarms.map((end) => `${names.ofRealm(realm)}${end}`)) {
      claim(alarmOwners, alarm, realm, maxAlarmName, "alarm", file);
    }
  }
}

const isOfConsents = (entry: RealmFunctionName) => entry.endsWith("-consent");

/** `longest` is null for a name that is only kept free. */
function claim(
  owners: Map<string, string>,
  name: string,
  realm: string,
  longest: number | null,
  what: string,
  file: string,
): void {
  if (longest !== null && name.length > longest) {
    throw new Error(
      `${file}, ${realm}: its ${what} would be called ${name}, which is ${name.length} characters; ` +
        `at most ${longest} are allowed. Shorten the environment.`,
    );
  }
  const owner = owners.get(name) ?? realm;
  if (owner !== realm) {
    throw new Error(
      `${file}: ${owner} and ${realm} would both have a ${what} called ${name}. Rename one's environment.`,
    );
  }
  owners.set(name, realm);
}

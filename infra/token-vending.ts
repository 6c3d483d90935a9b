import type { Environment } from "aws-cdk-lib";
import { Annotations } from "aws-cdk-lib";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { needsConsent } from "../functions/providers/catalogue.ts";
import { bundlesFolder } from "./bundles-folder.ts";
import { checkNames } from "./check-names.ts";
import type { ApiProps } from "./constructs/api.ts";
import type { DeploymentKind } from "./constructs/gradual-deployment.ts";
import { GradualDeployment } from "./constructs/gradual-deployment.ts";
import type { Realm } from "./constructs/realm.ts";
import type { StateProps } from "./constructs/shared-state.ts";
import type { ConsentProps } from "./constructs/vending-core.ts";
import { DeploymentNames } from "./deployment-names.ts";
import { apiQuotaWarning } from "./quotas.ts";
import type { ListedRealm, RealmEntry } from "./realm-list.ts";
import { readRealms } from "./realm-list.ts";
import { planConcurrency } from "./reserved-concurrency.ts";
import type { AlarmOptions } from "./stacks/alarm-topic.ts";
import { ApiStageStack } from "./stacks/api-stage-stack.ts";
import { CoreStack } from "./stacks/core-stack.ts";
import { RealmStack } from "./stacks/realm-stack.ts";
import { StateStack } from "./stacks/state-stack.ts";

export type { Realm } from "./constructs/realm.ts";
export type { RealmEntry } from "./realm-list.ts";

export interface TokenVendingProps extends Omit<StateProps, "names">, AlarmOptions {
  readonly realms: readonly RealmEntry[];
  /** The beginning of all names (default: `token-vending`): an account and Region may have several deployments. */
  readonly name?: string | undefined;
  /** Contains the bundle of each function, in a folder of its name; by default where `npm run build` writes them. */
  readonly bundlesFolder?: string;
  readonly api?: ApiProps | undefined;
  readonly consents?: ConsentProps | undefined;
  /** Whether CloudTrail records who invokes the functions that vend (default: no). */
  readonly trail?: boolean | undefined;
  /** Lambda's quota of the account: how many invocations may run at once (default: 1000). */
  readonly accountConcurrency?: number | undefined;
  /** Whether none of the stacks can be deleted; that of the state never can (default: false). */
  readonly terminationProtection?: boolean;
  /** How callers get a new version of a realm's `vend-token` (default: `all-at-once`). */
  readonly deployment?: DeploymentKind | undefined;
  /** The account and Region; by default those of whoever deploys. */
  readonly env?: Required<Environment>;
}

/**
 * A deployment: the stacks of its state, of what all realms share, of each realm, and of the API's stage, in the order in
 * which they are deployed (docs/decisions/0040-a-stack-per-realm.md).
 */
export class TokenVending {
  readonly names: DeploymentNames;
  readonly state: StateStack;
  readonly coreStack: CoreStack;
  /** Undefined where there is neither an API nor a consent host. */
  readonly apiStage: ApiStageStack | undefined;
  private readonly realms: ReadonlyMap<string, Realm>;

  /** Throws for realms, names or a concurrency that cannot be deployed. */
  constructor(scope: Construct, props: TokenVendingProps) {
    const { env, terminationProtection = false, api = {}, consents = {} } = props;
    const { alarmTopicArn, runbookUrl, availabilityObjective } = props;
    const alarms = { alarmTopicArn, runbookUrl, availabilityObjective };
    const stackProps = { terminationProtection, ...(env && { env }) };
    const names = new DeploymentNames(props.name);
    const listed = readRealms(props.realms);
    checkNames(listed, names);
    const { vending } = planConcurrency(listed, props.accountConcurrency);
    const common = {
      ...{ ...stackProps, names, bundlesFolder: props.bundlesFolder ?? bundlesFolder },
      ...{ tableName: props.tableName, tableStreamArn: props.tableStreamArn },
      sealingChange: props.sealingChange,
    };
    this.names = names;
    this.state = new StateStack(scope, names.stack("State"), {
      ...{ ...stackProps, names, realms: props.realms, terminationProtection: true },
    });
    this.coreStack = new CoreStack(scope, names.stack(""), {
      ...{ ...common, realms: listed, api, consents, alarms, trail: props.trail },
    });
    this.coreStack.addStackDependency(this.state);
    const { core } = this.coreStack;
    const stacks = listed.map((realm) => {
      const stack = new RealmStack(scope, names.realmStack(realm.name), {
        ...{ ...common, realm, alarms, api: core.api },
        consents: consentsOf(realm, consents),
        vendConcurrency: vending.get(realm.name) ?? 0,
      });
      if (props.deployment === "canary") new GradualDeployment(stack.realm, "Gradual");
      stack.addStackDependency(this.coreStack);
      return stack;
    });
    const realms = stacks.map(({ realm }) => realm);
    this.realms = new Map(realms.map((realm) => [realm.realmName, realm]));
    this.apiStage =
      core.api || core.consentHost
        ? new ApiStageStack(scope, names.stack("ApiStage"), {
            ...{ ...stackProps, names, core, realms },
            consentDomain: consents.domain,
          })
        : undefined;
    for (const stack of [this.coreStack, ...stacks]) this.apiStage?.addStackDependency(stack);
    const warning = core.api && apiQuotaWarning(listed);
    if (warning)
      Annotations.of(this.coreStack).addWarningV2("token-vending:api-resources", warning);
  }

  /** Throws for a realm that is not deployed. */
  realm(name: string): Realm {
    const realm = this.realms.get(name);
    if (realm) return realm;
    throw new Error(`${name} is not one of the realms: ${[...this.realms.keys()].join(", ")}.`);
  }

  /**
   * Grants reading the status of every connection (never a token) by invocation, over the API and from the table.
   * Throws for a grantee without policies of its own, such as a service principal: nothing can be granted to it.
   */
  grantStatus(grantee: IGrantable): void {
    this.coreStack.core.grantStatus(grantee);
  }

  /** Grants finding out who was vended what. Throws as `grantStatus` does. */
  grantAttribution(grantee: IGrantable): void {
    this.coreStack.core.grantAttribution(grantee);
  }
}

function consentsOf({ settings }: ListedRealm, consents: ConsentProps) {
  const { baseUrl: _, domain: __, firewall = false, ...requester } = consents;
  return needsConsent(settings.provider) ? { requester, firewall } : undefined;
}

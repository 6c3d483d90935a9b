import { CfnOutput, RemovalPolicy } from "aws-cdk-lib";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Construct } from "constructs";
import { needsConsent } from "../../functions/providers/catalogue.ts";
import type { ConsentRequester } from "../consent-requester.ts";
import type { DeploymentNames } from "../deployment-names.ts";
import type { ListedRealm } from "../realm-list.ts";
import { grantInvoke, refuseOtherAccounts } from "./account-grants.ts";
import type { ApiProps } from "./api.ts";
import { createApi } from "./api.ts";
import { ApiLogging } from "./api-logging.ts";
import { ConnectionEvents } from "./connection-events.ts";
import type { ConsentDomainProps } from "./consent-domain.ts";
import type { ConsentHost } from "./consent-host.ts";
import { OpenConsentHost } from "./consent-host.ts";
import { CoreParameters } from "./core-parameters.ts";
import { FirewalledConsentHost } from "./firewalled-consent-host.ts";
import { InvocationTrail } from "./invocation-trail.ts";
import { Monitoring } from "./monitoring.ts";
import {
  allowListingConnections,
  allowReadingAttribution,
  allowReadingStatus,
} from "./permissions.ts";
import { FailureQueue } from "./renewal-schedule.ts";
import type { SharedTable } from "./shared-state.ts";
import { realmsVariable, StatusFunction } from "./status-function.ts";
import type { AlarmSettings } from "./token-alarm.ts";
import type { VendingApi } from "./vending-api.ts";

export interface ConsentProps extends ConsentRequester {
  /** Public address of the consent host, if it is not API Gateway's own; without a trailing slash. */
  readonly baseUrl?: string | undefined;
  /** The domain that this is the address of, if the stacks set it up. */
  readonly domain?: ConsentDomainProps | undefined;
  /**
   * Puts AWS WAF in front of the consent pages, which limits each address (docs/deploying.md says what it costs). It
   * changes API Gateway's own address of the host.
   */
  readonly firewall?: boolean | undefined;
}

export interface VendingCoreProps {
  readonly names: DeploymentNames;
  readonly realms: readonly ListedRealm[];
  readonly table: SharedTable;
  /** The ARN of its stream; undefined where that is not known: then no events are published. */
  readonly tableStream: string | undefined;
  readonly bundlesFolder: string;
  readonly api: ApiProps;
  readonly consents: ConsentProps;
  /** Whether CloudTrail records who invokes the functions that vend (docs/deploying.md says what it costs). */
  readonly trail?: boolean | undefined;
  readonly alarms?: AlarmSettings | undefined;
}

/**
 * What all realms share: the API and the consent host, the status of every connection, the queue of failed runs, and the
 * dashboard. It refers to no realm's resources.
 */
export class VendingCore extends Construct {
  readonly listConnections: StatusFunction;
  /** What happens to consents and keys. */
  readonly events: ConnectionEvents;
  /** Undefined if there is none; callers can always invoke the functions. */
  readonly api: VendingApi | undefined;
  /** Undefined where no provider needs consent. */
  readonly consentHost: ConsentHost | undefined;
  private readonly table: SharedTable;
  private readonly names: DeploymentNames;
  private readonly failureQueue: FailureQueue;

  constructor(scope: Construct, id: string, props: VendingCoreProps) {
    super(scope, id);
    const { names, realms, table, bundlesFolder, consents } = props;
    this.names = names;
    this.table = table;
    const parameters = new CoreParameters(names);
    this.api = createApi(this, parameters, props.api);
    this.failureQueue = new FailureQueue(this, "Failures");
    const schedules = new ScheduleGroup(this, "Ticks", { removalPolicy: RemovalPolicy.DESTROY });
    parameters.publish(this, "failures", this.failureQueue.queueArn);
    parameters.publish(this, "schedules", schedules.scheduleGroupName);

    const asking = realms.filter(({ settings }) => needsConsent(settings.provider));
    this.consentHost = this.createConsentHost(parameters, consents, providersOf(asking));
    for (const provider of providersOf(realms)) this.api?.addNode(`tokens/${provider}`);
    for (const provider of providersOf(asking)) this.api?.addNode(`consents/${provider}`);
    const hasStage = this.api ?? this.consentHost instanceof FirewalledConsentHost;
    if (hasStage && props.api.setsAccountLogging !== false) new ApiLogging(this, "ApiLogging");

    if (props.trail) new InvocationTrail(this, "Invocations", { names, realms });

    const ofAllRealms = { names, realms: realmsVariable(realms), table, bundlesFolder };
    this.listConnections = new StatusFunction(this, "ListConnections", ofAllRealms);
    this.events = new ConnectionEvents(this, "Events", {
      ...{ ...ofAllRealms, stream: props.tableStream, schedules, failureQueue: this.failureQueue },
    });
    this.api?.addRoute({
      method: "GET",
      path: "/v1/connections",
      handler: this.listConnections,
      query: ["realm", "cursor"],
      takesRejection: false,
    });
    new Monitoring(this, "Watch", {
      ...props.alarms,
      ...{ failureQueue: this.failureQueue, listConnections: this.listConnections },
      events: this.events,
      ...{ prefix: names.name, functionPrefix: names.name, dashboardName: names.dashboard },
      realmAlarms: realms.map(({ name }) => names.ofRealm(name)),
      ...{ tableName: table.tableName, apiName: this.api?.name },
    });
  }

  /**
   * Grants reading the status of every connection (never a token) by invocation, over the API and from the table.
   * Throws for a grantee without policies of its own, such as a service principal: nothing can be granted to it.
   */
  grantStatus(grantee: IGrantable): void {
    const { table } = this;
    const principal = grantee.grantPrincipal;
    grantInvoke(grantee, this, { names: [this.names.listConnections] });
    this.api?.grant(grantee, ["GET", "/v1/connections"]);
    for (const statement of [
      allowListingConnections(table),
      allowReadingStatus(table, ["dynamodb:GetItem", "dynamodb:BatchGetItem"]),
    ]) {
      const { statementAdded } = principal.addToPrincipalPolicy(statement);
      if (!statementAdded) throw new Error(`The status cannot be granted to ${principal}.`);
    }
  }

  /**
   * Grants finding out who was vended what (`npm run vend -- who`): reading the logs of all realms' functions, and of the
   * trail. They hold no token. Throws for a grantee without policies of its own.
   */
  grantAttribution(grantee: IGrantable): void {
    refuseOtherAccounts(grantee, this, "Attribution");
    for (const statement of allowReadingAttribution(this, this.names)) {
      const { statementAdded } = grantee.grantPrincipal.addToPrincipalPolicy(statement);
      if (!statementAdded)
        throw new Error(`Attribution cannot be granted to ${grantee.grantPrincipal}.`);
    }
  }

  /** One host for all consent realms, if there are any. */
  private createConsentHost(
    parameters: CoreParameters,
    { baseUrl, firewall = false }: ConsentProps,
    providers: readonly string[],
  ): ConsentHost | undefined {
    if (providers.length === 0) return undefined;
    const props = { baseUrl, parameters };
    const host = firewall
      ? new FirewalledConsentHost(this, "FirewalledConsentHost", props)
      : new OpenConsentHost(this, "ConsentHost", props);
    if (host instanceof FirewalledConsentHost) {
      host.addNodes(providers);
    }
    new CfnOutput(this, "ConsentUrl", {
      description: "Callback addresses are /callback/<provider>/<environment> of this",
      value: host.baseUrl,
    });
    return host;
  }
}

function providersOf(realms: readonly ListedRealm[]): string[] {
  return [...new Set(realms.map(({ settings }) => settings.provider))];
}

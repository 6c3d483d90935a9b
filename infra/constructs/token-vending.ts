import { CfnOutput, RemovalPolicy } from "aws-cdk-lib";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { needsConsent } from "../../functions/providers/catalogue.ts";
import { bundlesFolder } from "../bundle.ts";
import type { ListedRealm, RealmEntry } from "../realm-list.ts";
import { readRealms } from "../realm-list.ts";
import type { ApiProps } from "./api.ts";
import { createApi, setAccountLogging } from "./api.ts";
import { OpenConsentHost } from "./consent-host.ts";
import { FirewalledConsentHost } from "./firewalled-consent-host.ts";
import { Monitoring } from "./monitoring.ts";
import { allowListingConnections, allowReadingStatus, grantInvoke } from "./permissions.ts";
import { Realm } from "./realm.ts";
import { FailureQueue } from "./renewal-schedule.ts";
import type { SealingChange, SharedState } from "./shared-state.ts";
import { importSharedState } from "./shared-state.ts";
import { StatusFunction } from "./status-function.ts";
import type { VendingApi } from "./vending-api.ts";

export interface TokenVendingProps {
  readonly realms: readonly RealmEntry[];
  /** A `TokenVendingState` of this stack; by default that of another stack in this account and Region. */
  readonly state?: SharedState;
  /** The table to use instead of that other stack's own: one that was restored from a backup. */
  readonly tableName?: string | undefined;
  readonly sealingChange?: SealingChange | undefined;
  /** Contains the bundle of each function, in a folder of its name; by default where `npm run build` writes them. */
  readonly bundlesFolder?: string;
  readonly api?: ApiProps | undefined;
  readonly consents?: ConsentProps | undefined;
  /** The SNS topic that alarms notify. */
  readonly notify?: ITopic | undefined;
}

export interface ConsentProps {
  /** Public address of the consent host, if it is not API Gateway's own; without a trailing slash. */
  readonly baseUrl?: string | undefined;
  /** The company's name, as shown on the consent pages (default: the host's name). */
  readonly requester?: string | undefined;
  /**
   * Puts AWS WAF in front of the consent pages, which limits each address (docs/deploying.md says what it costs). It
   * changes API Gateway's own address of the host.
   */
  readonly firewall?: boolean | undefined;
}

/** All realms of a deployment, each with its own functions; the API in front of them; and their monitoring. */
export class TokenVending extends Construct {
  readonly listConnections: StatusFunction;
  private readonly api: VendingApi | undefined;
  private readonly state: SharedState;
  private readonly realmsByName: ReadonlyMap<string, Realm>;

  constructor(scope: Construct, id: string, props: TokenVendingProps) {
    super(scope, id);
    const { notify } = props;
    const listed = readRealms(props.realms);
    this.state = props.state ?? importSharedState(this, props.tableName, props.sealingChange);
    this.api = createApi(this, props.api ?? {});
    const bundled = { state: this.state, bundlesFolder: props.bundlesFolder ?? bundlesFolder };
    const failureQueue = new FailureQueue(this, "Failures");
    const schedules = new ScheduleGroup(this, "Ticks", { removalPolicy: RemovalPolicy.DESTROY });
    const consentsOf = this.createConsentHost(listed, props.consents ?? {}, props.api ?? {});
    const realms = listed.map(
      (realm) =>
        new Realm(this, realm.name, {
          ...bundled,
          realm,
          failureQueue,
          schedules,
          notify,
          api: this.api,
          consents: consentsOf(realm),
        }),
    );
    this.realmsByName = new Map(realms.map((realm) => [realm.realmName, realm]));
    this.listConnections = new StatusFunction(this, "ListConnections", {
      ...bundled,
      realms: listed,
    });
    this.api?.addRoute({
      method: "GET",
      path: "/v1/connections",
      handler: this.listConnections,
      query: ["realm", "cursor"],
    });
    const { listConnections } = this;
    new Monitoring(this, "Watch", { realms, failureQueue, listConnections, notify });
  }

  /** Throws for a realm that is not deployed. */
  realm(name: string): Realm {
    const realm = this.realmsByName.get(name);
    if (realm) return realm;
    throw new Error(
      `${name} is not one of the realms: ${[...this.realmsByName.keys()].join(", ")}.`,
    );
  }

  /**
   * Grants reading the status of every connection (never a token) by invocation, over the API and from the table.
   * Throws for a grantee without policies of its own, such as a service principal: nothing can be granted to it.
   */
  grantStatus(grantee: IGrantable): void {
    const { table } = this.state;
    const principal = grantee.grantPrincipal;
    grantInvoke(grantee, this.listConnections).assertSuccess();
    this.api?.grant(grantee, ["GET", "/v1/connections"]).assertSuccess();
    for (const statement of [
      allowListingConnections(table),
      allowReadingStatus(table, "dynamodb:GetItem", "dynamodb:BatchGetItem"),
    ]) {
      const { statementAdded } = principal.addToPrincipalPolicy(statement);
      if (!statementAdded) throw new Error(`The status cannot be granted to ${principal}.`);
    }
  }

  /** Creates one host for all consent realms, if there are any. */
  private createConsentHost(
    listed: readonly ListedRealm[],
    { baseUrl, requester, firewall = false }: ConsentProps,
    api: ApiProps,
  ) {
    const isConsentRealm = ({ settings }: ListedRealm) => needsConsent(settings.provider);
    if (!listed.some(isConsentRealm)) return () => undefined;
    const host = firewall
      ? new FirewalledConsentHost(this, "FirewalledConsentHost", { baseUrl })
      : new OpenConsentHost(this, "ConsentHost", { baseUrl });
    if (host instanceof FirewalledConsentHost) setAccountLogging(this, host.stage, api);
    new CfnOutput(this, "ConsentUrl", {
      description: "Callback addresses are /callback/<provider>/<environment> of this",
      value: host.baseUrl,
    });
    return (realm: ListedRealm) => (isConsentRealm(realm) ? { host, requester } : undefined);
  }
}

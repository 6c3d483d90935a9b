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
import { createApi } from "./api.ts";
import { ConsentHost } from "./consent-host.ts";
import { FailureQueue } from "./failure-queue.ts";
import { grantInvoke } from "./grant-invoke.ts";
import { Monitoring } from "./monitoring.ts";
import { allowListingConnections, allowReadingStatus } from "./permissions.ts";
import { Realm } from "./realm.ts";
import type { SharedState } from "./shared-state.ts";
import { importSharedState } from "./shared-state.ts";
import { StatusFunction } from "./status-function.ts";
import type { VendingApi } from "./vending-api.ts";

export interface TokenVendingProps {
  readonly realms: readonly RealmEntry[];
  /** A `TokenVendingState` of this stack; if unsaid, what another stack of this account and Region has. */
  readonly state?: SharedState;
  /** Holds the bundle of each function, in a folder of its name; where `npm run build` puts them if unsaid. */
  readonly bundlesFolder?: string;
  readonly api?: ApiProps | undefined;
  readonly consents?: ConsentProps | undefined;
  /** Who is told of alarms. */
  readonly notify?: ITopic | undefined;
}

export interface ConsentProps {
  /** Public address of the callback host, if it has one of your own; without a trailing slash. */
  readonly baseUrl?: string | undefined;
  /** The name people know your company by; the host's name if unsaid. */
  readonly requester?: string | undefined;
}

/** All realms of a deployment, each with its own functions, the API in front of them, and what watches them. */
export class TokenVending extends Construct {
  readonly listConnections: StatusFunction;
  private readonly api: VendingApi | undefined;
  private readonly state: SharedState;
  private readonly realmsByName: ReadonlyMap<string, Realm>;

  constructor(scope: Construct, id: string, props: TokenVendingProps) {
    super(scope, id);
    const { notify } = props;
    const listed = readRealms(props.realms);
    this.state = props.state ?? importSharedState(this);
    this.api = createApi(this, props.api ?? {});
    const bundled = { state: this.state, bundlesFolder: props.bundlesFolder ?? bundlesFolder };
    const failures = new FailureQueue(this, "Failures");
    const schedules = new ScheduleGroup(this, "Ticks", { removalPolicy: RemovalPolicy.DESTROY });
    const consentsOf = this.createConsentHost(listed, props.consents ?? {});
    const realms = listed.map(
      (realm) =>
        new Realm(this, realm.name, {
          ...bundled,
          realm,
          failureQueue: failures,
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
    new Monitoring(this, "Watch", { realms, failureQueue: failures, listConnections, notify });
  }

  /** Fails for a realm that is not deployed. */
  realm(name: string): Realm {
    const realm = this.realmsByName.get(name);
    if (realm) return realm;
    throw new Error(
      `${name} is not one of the realms: ${[...this.realmsByName.keys()].join(", ")}.`,
    );
  }

  /**
   * Lets an operator see the status of every connection, by each way there is, and never a token. Fails for whoever has
   * no policies of its own, as a service, to whom nothing of this can be granted.
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

  /** One host for all realms to which people consent; none where nobody has to. */
  private createConsentHost(listed: readonly ListedRealm[], { baseUrl, requester }: ConsentProps) {
    const isOfConsent = ({ settings }: ListedRealm) => needsConsent(settings.provider);
    if (!listed.some(isOfConsent)) return () => undefined;
    const host = new ConsentHost(this, "ConsentHost", { baseUrl });
    new CfnOutput(this, "ConsentUrl", {
      description: "Callbacks are at /callback/<provider>/<environment> of this",
      value: host.baseUrl,
    });
    return (realm: ListedRealm) => (isOfConsent(realm) ? { host, requester } : undefined);
  }
}

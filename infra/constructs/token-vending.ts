import { CfnOutput, RemovalPolicy } from "aws-cdk-lib";
import type { IInterfaceVpcEndpoint } from "aws-cdk-lib/aws-ec2";
import { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Construct } from "constructs";
import { bundlesFolder } from "../bundle.ts";
import type { RealmEntry } from "../realm-list.ts";
import { readRealms } from "../realm-list.ts";
import { ApiLogging } from "./api-logging.ts";
import { FailureQueue } from "./failure-queue.ts";
import { PrivateEndpoint } from "./private-endpoint.ts";
import { Realm } from "./realm.ts";
import type { State } from "./state.ts";
import { deployedState } from "./state.ts";
import { VendingApi } from "./vending-api.ts";

export interface TokenVendingProps {
  readonly realms: readonly RealmEntry[];
  /** A `TokenVendingState` of this stack; if unsaid, what another stack of this account and Region has. */
  readonly state?: State;
  /** Holds the bundle of each function, in a folder of its name; where `npm run build` puts them if unsaid. */
  readonly bundlesFolder?: string;
  readonly api?: ApiProps;
}

export interface ApiProps {
  /** `private` is reached through interface endpoints only; `none`: callers invoke functions. `private` if unsaid. */
  readonly kind?: "private" | "regional" | "none";
  /** Of a private API: the endpoints of your networks. Without any a network with one is made. */
  readonly endpoints?: readonly IInterfaceVpcEndpoint[];
  /** Whether to let API Gateway write logs, which is a setting of the whole account; true if unsaid. */
  readonly setsAccountLogging?: boolean;
}

/** All realms of a deployment, each with its own functions, and the API in front of them. */
export class TokenVending extends Construct {
  private readonly byName: ReadonlyMap<string, Realm>;

  constructor(scope: Construct, id: string, props: TokenVendingProps) {
    super(scope, id);
    const listed = readRealms(props.realms);
    const api = this.makeApi(props.api ?? {});
    const shared = {
      state: props.state ?? deployedState(this),
      bundlesFolder: props.bundlesFolder ?? bundlesFolder,
      failures: new FailureQueue(this, "Failures"),
      schedules: new ScheduleGroup(this, "Ticks", { removalPolicy: RemovalPolicy.DESTROY }),
      ...(api && { api }),
    };
    const realms = listed.map((realm) => new Realm(this, realm.name, { realm, ...shared }));
    this.byName = new Map(realms.map((realm) => [realm.realmName, realm]));
  }

  /** Fails for a realm that is not deployed. */
  realm(name: string): Realm {
    const realm = this.byName.get(name);
    if (realm) return realm;
    throw new Error(`${name} is not one of the realms: ${[...this.byName.keys()].join(", ")}.`);
  }

  get realms(): readonly Realm[] {
    return [...this.byName.values()];
  }

  private makeApi({
    kind = "private",
    endpoints = [],
    setsAccountLogging = true,
  }: ApiProps): VendingApi | undefined {
    if (kind === "none") return undefined;
    const ownEndpoints = () => [new PrivateEndpoint(this, "Network").endpoint];
    const api = new VendingApi(this, "VendingApi", {
      endpoints: kind === "regional" ? [] : endpoints.length > 0 ? endpoints : ownEndpoints(),
    });
    if (setsAccountLogging) api.stage.node.addDependency(new ApiLogging(this, "ApiLogging"));
    new CfnOutput(this, "ApiUrl", { description: "Ask here for tokens", value: api.url });
    return api;
  }
}

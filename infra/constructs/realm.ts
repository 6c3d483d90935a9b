import { CfnOutput, Duration } from "aws-cdk-lib";
import type { Grant, IGrantable } from "aws-cdk-lib/aws-iam";
import type { IScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { ConsentFunctionsProps } from "./consent-functions.ts";
import { ConsentFunctions } from "./consent-functions.ts";
import { grantInvoke } from "./grant-invoke.ts";
import { allowQueryingDueIndex, allowSendingFailures } from "./permissions.ts";
import { RealmAlarms } from "./realm-alarms.ts";
import type { RealmFunctionProps } from "./realm-function.ts";
import { RealmFunction } from "./realm-function.ts";
import { RenewalSchedule } from "./renewal-schedule.ts";
import type { TokenAlarm } from "./token-alarm.ts";
import type { VendingApi } from "./vending-api.ts";

export interface RealmProps extends Pick<RealmFunctionProps, "realm" | "state" | "bundlesFolder"> {
  readonly schedules: IScheduleGroup;
  readonly failureQueue: IQueue;
  /** Without one, callers invoke the function. */
  readonly api?: VendingApi | undefined;
  /** Of a realm to which people consent. */
  readonly consents?: Pick<ConsentFunctionsProps, "host" | "requester"> | undefined;
  /** Who is told of alarms. */
  readonly notify?: ITopic | undefined;
}

/** Room for a caller that waits for someone else's renewal and then has to renew itself; under API Gateway's 29 s. */
const vendTimeout = Duration.seconds(25);
/** A tick waits inside its invocation, so with little memory, for what is due within its minute, then finishes it. */
const renewTimeout = Duration.minutes(2);
/** Ticks overlap by a minute. */
const renewConcurrency = 2;

/** One realm: the function that vends its tokens, its paths of the API, and the schedule that renews them in time. */
export class Realm extends Construct {
  /** `provider/environment` */
  readonly realmName: string;
  readonly vendToken: RealmFunction;
  readonly renewTokens: RealmFunction;
  /** Where people consent; undefined where nobody has to. */
  readonly consents: ConsentFunctions | undefined;
  readonly alarms: readonly TokenAlarm[];
  private readonly api: VendingApi | undefined;

  constructor(scope: Construct, id: string, props: RealmProps) {
    super(scope, id);
    const { realm, state, bundlesFolder, schedules, failureQueue, api } = props;
    const { name } = realm;
    this.realmName = name;
    this.api = api;
    this.vendToken = new RealmFunction(this, "VendToken", {
      realm,
      state,
      bundlesFolder,
      entry: "vend-token",
      description: `Vends the tokens of ${name}`,
      timeout: vendTimeout,
      memorySize: 1024,
    });
    this.renewTokens = new RealmFunction(this, "RenewTokens", {
      realm,
      state,
      bundlesFolder,
      entry: "renew-tokens",
      description: `Renews the tokens of ${name} in time`,
      timeout: renewTimeout,
      memorySize: 256,
      reservedConcurrentExecutions: renewConcurrency,
    });
    this.renewTokens.addToRolePolicy(allowQueryingDueIndex(state.table, name));
    this.renewTokens.addToRolePolicy(allowSendingFailures(failureQueue));
    this.renewTokens.configureAsyncInvoke({
      // A tick that fails or finds no room is made up for by the next.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
      onFailure: { bind: () => ({ destination: failureQueue.queueArn }) },
    });
    new RenewalSchedule(this, "EveryMinute", {
      description: `Renews what is due in ${name}`,
      target: this.renewTokens,
      group: schedules,
      failureQueue: failureQueue,
    });
    this.consents =
      props.consents &&
      new ConsentFunctions(this, "Consents", { realm, state, bundlesFolder, ...props.consents });
    this.alarms = new RealmAlarms(this, "Alarms", {
      realm,
      functions: this.functions,
      notify: props.notify,
    }).alarms;
    this.addRoutes();
    new CfnOutput(this, "VendTokenName", {
      description: `Invoke this for ${name}`,
      value: this.vendToken.functionName,
    });
  }

  /** All that run for this realm. */
  get functions(): readonly RealmFunction[] {
    const { beginConsent, completeConsent } = this.consents ?? {};
    return [this.vendToken, this.renewTokens, beginConsent, completeConsent].filter(
      (fn) => fn !== undefined,
    );
  }

  /** Lets someone vend from this realm, and report rejections, by invoking its function. */
  grantVend(grantee: IGrantable): Grant {
    return grantInvoke(grantee, this.vendToken);
  }

  /** Lets someone vend from this realm, and report rejections, over the API; from one account, or from any. */
  grantVendOverApi(grantee: IGrantable, account = "*"): Grant {
    return this.requireApi().grant(
      grantee,
      ["GET", `/v1/tokens/${this.realmName}/${account}`],
      ["POST", `/v1/tokens/${this.realmName}/${account}/rejections`],
    );
  }

  /** Lets someone make links for people who are to consent, by invoking the function that makes them. */
  grantBeginConsent(grantee: IGrantable): Grant {
    return grantInvoke(grantee, this.requireConsents().beginConsent);
  }

  /** Lets someone make links for people who are to consent, over the API; for one account, or for any. */
  grantBeginConsentOverApi(grantee: IGrantable, account = "*"): Grant {
    this.requireConsents();
    return this.requireApi().grant(grantee, ["POST", `/v1/consents/${this.realmName}/${account}`]);
  }

  /** Lets someone end consents, and use codes that people have copied by hand. */
  grantCompleteConsent(grantee: IGrantable): Grant {
    return grantInvoke(grantee, this.requireConsents().completeConsent);
  }

  private addRoutes(): void {
    const path = `/v1/tokens/${this.realmName}/{account}`;
    const handler = this.vendToken;
    this.api?.addRoute({ method: "GET", path, handler, query: ["minValiditySeconds"] });
    this.api?.addRoute({
      method: "POST",
      path: `${path}/rejections`,
      handler,
      body: this.api.rejectionModel,
    });
    if (!this.consents) return;
    this.api?.addRoute({
      method: "POST",
      path: `/v1/consents/${this.realmName}/{account}`,
      handler: this.consents.beginConsent,
    });
  }

  private requireConsents(): ConsentFunctions {
    if (this.consents) return this.consents;
    throw new Error(`${this.realmName}: nobody consents to this.`);
  }

  private requireApi(): VendingApi {
    if (this.api) return this.api;
    throw new Error(`${this.realmName}: there is no API in this deployment.`);
  }
}

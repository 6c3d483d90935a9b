import { CfnOutput, Duration } from "aws-cdk-lib";
import type { Grant, IGrantable } from "aws-cdk-lib/aws-iam";
import type { IScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { ConsentFunctionsProps } from "./consent-functions.ts";
import { ConsentFunctions } from "./consent-functions.ts";
import { allowQueryingDueIndex, allowSendingFailures, grantInvoke } from "./permissions.ts";
import { RealmAlarms } from "./realm-alarms.ts";
import type { RealmFunctionProps } from "./realm-function.ts";
import { RealmFunction } from "./realm-function.ts";
import { RenewalSchedule } from "./renewal-schedule.ts";
import type { TokenAlarm } from "./token-alarm.ts";
import type { VendingApi } from "./vending-api.ts";

export interface RealmProps extends Pick<RealmFunctionProps, "realm" | "state" | "bundlesFolder"> {
  readonly schedules: IScheduleGroup;
  readonly failureQueue: IQueue;
  /** The API, if there is one; callers can always invoke the function. */
  readonly api?: VendingApi | undefined;
  /** For consent realms only. */
  readonly consents?: Pick<ConsentFunctionsProps, "host" | "requester"> | undefined;
  /** The SNS topic that alarms notify. */
  readonly notify?: ITopic | undefined;
}

/** Long enough to wait for another caller's renewal and then renew; below API Gateway's limit of 29 s. */
const vendTimeout = Duration.seconds(25);
/** A scheduled run waits inside its invocation for what is due within its minute; the rest is time to finish. */
const renewTimeout = Duration.minutes(2);
/** Consecutive runs overlap by up to a minute. */
const renewConcurrency = 2;

/** One realm: its functions, its paths of the API, its renewal schedule and its alarms. */
export class Realm extends Construct {
  /** `provider/environment` */
  readonly realmName: string;
  readonly vendToken: RealmFunction;
  readonly renewTokens: RealmFunction;
  /** Undefined where the provider needs no consent. */
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
      memorySize: realm.renewalMemoryMb,
      reservedConcurrentExecutions: renewConcurrency,
    });
    this.renewTokens.addToRolePolicy(allowQueryingDueIndex(state.table, name));
    this.renewTokens.addToRolePolicy(allowSendingFailures(failureQueue));
    this.renewTokens.configureAsyncInvoke({
      // No retry: the next run renews what a failed or throttled one has missed.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
      onFailure: { bind: () => ({ destination: failureQueue.queueArn }) },
    });
    new RenewalSchedule(this, "EveryMinute", {
      description: `Renews what is due in ${name}`,
      target: this.renewTokens,
      group: schedules,
      failureQueue,
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
      description: `The function to invoke for ${name}`,
      value: this.vendToken.functionName,
    });
  }

  /** All functions of this realm. */
  get functions(): readonly RealmFunction[] {
    const { beginConsent, completeConsent } = this.consents ?? {};
    return [this.vendToken, this.renewTokens, beginConsent, completeConsent].filter(
      (fn) => fn !== undefined,
    );
  }

  /** Grants vending from this realm and reporting rejections, by invoking its function. */
  grantVend(grantee: IGrantable): Grant {
    return grantInvoke(grantee, this.vendToken);
  }

  /** Grants vending from this realm and reporting rejections over the API, for one account or for all. */
  grantVendOverApi(grantee: IGrantable, account = "*"): Grant {
    return this.requireApi().grant(
      grantee,
      ["GET", `/v1/tokens/${this.realmName}/${account}`],
      ["POST", `/v1/tokens/${this.realmName}/${account}/rejections`],
    );
  }

  /** Grants creating consent links, by invoking the function that creates them. */
  grantBeginConsent(grantee: IGrantable): Grant {
    return grantInvoke(grantee, this.requireConsents().beginConsent);
  }

  /** Grants creating consent links over the API, for one account or for all. */
  grantBeginConsentOverApi(grantee: IGrantable, account = "*"): Grant {
    this.requireConsents();
    return this.requireApi().grant(grantee, ["POST", `/v1/consents/${this.realmName}/${account}`]);
  }

  /** Grants disconnecting consents, and submitting authorization codes that were copied by hand. */
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
    throw new Error(`${this.realmName}: this provider needs no consent.`);
  }

  private requireApi(): VendingApi {
    if (this.api) return this.api;
    throw new Error(`${this.realmName}: there is no API in this deployment.`);
  }
}

import { CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import type { Grant, IGrantable } from "aws-cdk-lib/aws-iam";
import type { IVersion } from "aws-cdk-lib/aws-lambda";
import { Alias } from "aws-cdk-lib/aws-lambda";
import { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import { Construct } from "constructs";
import { vendOnlyAlias } from "../../functions/http/contract.ts";
import type { DeploymentNames, RealmFunctionName } from "../deployment-names.ts";
import { liveAlias } from "../deployment-names.ts";
import { renewConcurrency } from "../reserved-concurrency.ts";
import type { ConsentFunctionsProps } from "./consent-functions.ts";
import { ConsentFunctions } from "./consent-functions.ts";
import { callbackPath } from "./consent-host.ts";
import { CoreParameters } from "./core-parameters.ts";
import { allowFreezing } from "./freeze-permissions.ts";
import {
  allowQueryingDueIndex,
  allowSendingFailures,
  grantInvoke,
  grantPuttingSecrets,
} from "./permissions.ts";
import { RealmAlarms } from "./realm-alarms.ts";
import { RealmApi } from "./realm-api.ts";
import { RealmConsentRoutes, RealmFirewalledRoutes } from "./realm-consent-routes.ts";
import type { RealmFunctionProps } from "./realm-function.ts";
import { RealmFunction } from "./realm-function.ts";
import { FunctionSchedule } from "./renewal-schedule.ts";
import type { AlarmSettings } from "./token-alarm.ts";
import type { VendingApi } from "./vending-api.ts";

export interface RealmProps
  extends Pick<RealmFunctionProps, "realm" | "names" | "state" | "bundlesFolder"> {
  /** How many vends at once it may take of the account. */
  readonly vendConcurrency: number;
  /** The core's API, if there is one; callers can always invoke the function. */
  readonly api?: VendingApi | undefined;
  /** For consent realms only. */
  readonly consents?: RealmConsents | undefined;
  readonly alarms?: AlarmSettings | undefined;
}

export interface RealmConsents extends Pick<ConsentFunctionsProps, "requester"> {
  /** Whether the core's consent host has a firewall. */
  readonly firewall: boolean;
}

/** Long enough to wait for another caller's renewal and then renew; below API Gateway's limit of 29 s. */
const vendTimeout = Duration.seconds(25);
/** A scheduled run waits inside its invocation for what is due within its minute; the rest is time to finish. */
const renewTimeout = Duration.minutes(2);
/** One realm: its functions, its paths of the API, its renewal schedule and its alarms. */
export class Realm extends Construct {
  /** `provider/environment` */
  readonly realmName: string;
  readonly vendToken: RealmFunction;
  /** The alias of `vendToken` that callers invoke. */
  readonly live: Alias;
  /** The alias for those who may vend but report no rejection. */
  readonly vendOnly: Alias;
  readonly renewTokens: RealmFunction;
  /** Undefined where the provider needs no consent. */
  readonly consents: ConsentFunctions | undefined;
  /** Its paths of the API, if there is one. */
  readonly paths: RealmApi | undefined;
  private readonly api: VendingApi | undefined;
  private readonly names: DeploymentNames;
  private readonly table: RealmProps["state"]["table"];

  constructor(scope: Construct, id: string, props: RealmProps) {
    super(scope, id);
    const { realm, names, state, bundlesFolder } = props;
    const { name } = realm;
    const common = { realm, names, state, bundlesFolder };
    const parameters = new CoreParameters(names);
    const failureQueue = { queueArn: parameters.read(this, "failures") };
    this.realmName = name;
    this.names = names;
    this.api = props.api;
    this.table = state.table;
    this.vendToken = new RealmFunction(this, "VendToken", {
      ...common,
      entry: "vend-token",
      description: `Vends the tokens of ${name}`,
      timeout: vendTimeout,
      memorySize: 1024,
      reservedConcurrentExecutions: props.vendConcurrency,
      // Kept, so that an operator can let the alias point to an earlier one at once.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    const version = this.vendToken.currentVersion as IVersion;
    this.live = new Alias(this, "Live", { aliasName: liveAlias, version });
    this.vendOnly = new Alias(this, "VendOnly", { aliasName: vendOnlyAlias, version });
    this.renewTokens = new RealmFunction(this, "RenewTokens", {
      ...common,
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
    const groupName = parameters.read(this, "schedules");
    new FunctionSchedule(this, "EveryMinute", {
      description: `Renews what is due in ${name}`,
      every: Duration.minutes(1),
      target: this.renewTokens,
      group: ScheduleGroup.fromScheduleGroupName(this, "Ticks", groupName),
      failureQueue,
    });
    this.paths = props.api && new RealmApi(this, "Api", { realm: name, parameters });
    this.paths?.addTokens(this.live);
    this.consents = props.consents && this.addConsents(common, parameters, props.consents);
    new RealmAlarms(this, "Alarms", {
      ...{ realm, functions: this.functions, prefix: names.ofRealm(name), ...props.alarms },
    });
    this.publish(parameters);
  }

  /** All functions of this realm. */
  get functions(): readonly RealmFunction[] {
    const { beginConsent, completeConsent } = this.consents ?? {};
    return [this.vendToken, this.renewTokens, beginConsent, completeConsent].filter(
      (fn) => fn !== undefined,
    );
  }

  /** Grants vending from this realm and reporting rejections, by invoking its function or the alias. */
  grantVend(grantee: IGrantable): Grant {
    const name = this.nameOf("vend-token");
    return grantInvoke(grantee, this, name, `${name}:${liveAlias}`);
  }

  /** Grants vending from this realm without reporting rejections, by invoking the alias `vend-only`. */
  grantVendOnly(grantee: IGrantable): Grant {
    return grantInvoke(grantee, this, `${this.nameOf("vend-token")}:${vendOnlyAlias}`);
  }

  /** Grants vending from this realm and reporting rejections over the API, for one account or for all. */
  grantVendOverApi(grantee: IGrantable, account = "*"): Grant {
    const rejections = `/v1/tokens/${this.realmName}/${account}/rejections`;
    return this.requireApi().grant(grantee, this.vendPath(account), ["POST", rejections]);
  }

  /** Grants vending from this realm over the API without reporting rejections, for one account or for all. */
  grantVendOnlyOverApi(grantee: IGrantable, account = "*"): Grant {
    return this.requireApi().grant(grantee, this.vendPath(account));
  }

  /**
   * Grants freezing and thawing this realm and its connections (`npm run vend -- freeze`): reading and writing that one
   * attribute of the realm's items. Throws for a grantee without policies of its own.
   */
  grantFreeze(grantee: IGrantable): void {
    for (const statement of allowFreezing(this.table, this.realmName)) {
      const { statementAdded } = grantee.grantPrincipal.addToPrincipalPolicy(statement);
      if (!statementAdded)
        throw new Error(`Freezing cannot be granted to ${grantee.grantPrincipal}.`);
    }
  }

  /** Grants creating consent links, by invoking the function that creates them. */
  grantBeginConsent(grantee: IGrantable): Grant {
    this.requireConsents();
    return grantInvoke(grantee, this, this.nameOf("begin-consent"));
  }

  /** Grants creating consent links over the API, for one account or for all. */
  grantBeginConsentOverApi(grantee: IGrantable, account = "*"): Grant {
    this.requireConsents();
    return this.requireApi().grant(grantee, ["POST", `/v1/consents/${this.realmName}/${account}`]);
  }

  /** Grants disconnecting consents, and submitting authorization codes that were copied by hand. */
  grantCompleteConsent(grantee: IGrantable): Grant {
    this.requireConsents();
    return grantInvoke(grantee, this, this.nameOf("complete-consent"));
  }

  /**
   * Grants putting, checking and rotating this realm's secrets (`npm run vend -- secret`), but reading none: the realm's
   * `renew-tokens` tries them. Who may invoke that may have it seal anew (`reseal`), too.
   */
  grantSecretOperator(grantee: IGrantable): Grant {
    const secrets = grantPuttingSecrets(grantee, this, this.names.secretPrefix(this.realmName));
    return grantInvoke(grantee, this, this.nameOf("renew-tokens")).combine(secrets);
  }

  private addConsents(
    common: Pick<RealmProps, "realm" | "names" | "state" | "bundlesFolder">,
    parameters: CoreParameters,
    { requester, firewall }: RealmConsents,
  ): ConsentFunctions {
    const baseUrl = parameters.read(this, "consents/url");
    const consents = new ConsentFunctions(this, "Consents", { ...common, requester, baseUrl });
    const realm = this.realmName;
    const { beginConsent: pages, completeConsent: callbacks } = consents;
    const routes = { realm, parameters, pages, callbacks };
    if (firewall) new RealmFirewalledRoutes(this, "Routes", routes);
    else new RealmConsentRoutes(this, "Routes", routes);
    this.paths?.addConsents(pages);
    return consents;
  }

  /** Tells callers by what names they reach the realm. */
  private publish(parameters: CoreParameters): void {
    const { realmName, names } = this;
    const what = {
      function: this.live.functionName,
      ...(this.paths && { api: this.paths.url }),
      ...(this.consents && {
        callback: `${parameters.read(this, "consents/url")}${callbackPath(realmName)}`,
      }),
    };
    for (const [part, stringValue] of Object.entries(what)) {
      const parameterName = names.realmParameter(realmName, part as keyof typeof what);
      new StringParameter(this, `Parameter ${part}`, { parameterName, stringValue });
    }
    new CfnOutput(this, "VendTokenName", {
      description: `The function to invoke for ${realmName}`,
      value: this.live.functionName,
    });
  }

  private vendPath(account: string) {
    return ["GET", `/v1/tokens/${this.realmName}/${account}`] as const;
  }

  private nameOf(entry: RealmFunctionName): string {
    return this.names.realmFunction(this.realmName, entry);
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

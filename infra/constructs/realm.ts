import { CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import type { IVersion } from "aws-cdk-lib/aws-lambda";
import { Alias } from "aws-cdk-lib/aws-lambda";
import { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import type { Construct } from "constructs";
import { vendOnlyAlias, withLinksAlias } from "../../functions/http/contract.ts";
import { liveAlias } from "../deployment-names.ts";
import { renewConcurrency } from "../reserved-concurrency.ts";
import type { ConsentFunctionsProps } from "./consent-functions.ts";
import { ConsentFunctions } from "./consent-functions.ts";
import { callbackPath } from "./consent-host.ts";
import { CoreParameters } from "./core-parameters.ts";
import { allowQueryingDueIndex, allowSendingFailures } from "./permissions.ts";
import { RealmAlarms } from "./realm-alarms.ts";
import { RealmApi } from "./realm-api.ts";
import { RealmConsentRoutes, RealmFirewalledRoutes } from "./realm-consent-routes.ts";
import type { RealmFunctionProps } from "./realm-function.ts";
import { RealmFunction } from "./realm-function.ts";
import type { RealmGrantsProps } from "./realm-grants.ts";
import { RealmGrants } from "./realm-grants.ts";
import { FunctionSchedule } from "./renewal-schedule.ts";
import type { AlarmSettings } from "./token-alarm.ts";

export interface RealmProps extends RealmGrantsProps, Pick<RealmFunctionProps, "bundlesFolder"> {
  /** How many vends at once it may take of the account. */
  readonly vendConcurrency: number;
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
export class Realm extends RealmGrants {
  readonly vendToken: RealmFunction;
  /** The alias of `vendToken` that callers invoke. */
  readonly live: Alias;
  /** The alias for those who may vend but report no rejection. */
  readonly vendOnly: Alias;
  /** The alias for those who get links for people; undefined where nobody consents. */
  readonly withLinks: Alias | undefined;
  readonly renewTokens: RealmFunction;
  /** Undefined where the provider needs no consent. */
  readonly consents: ConsentFunctions | undefined;
  /** Its paths of the API, if there is one. */
  readonly paths: RealmApi | undefined;

  constructor(scope: Construct, id: string, props: RealmProps) {
    super(scope, id, props);
    const { realm, names, state, bundlesFolder } = props;
    const { name } = realm;
    const common = { realm, names, state, bundlesFolder };
    const parameters = new CoreParameters(names);
    const failureQueue = { queueArn: parameters.read(this, "failures") };
    this.vendToken = new RealmFunction(this, "VendToken", {
      ...common,
      entry: "vend-token",
      description: `Vends the tokens of ${name}`,
      timeout: vendTimeout,
      memorySize: 1024,
      reservedConcurrentExecutions: props.vendConcurrency,
      variables: { ...(props.consents && this.consentVariables(parameters)) },
      // Kept, so that an operator can let the alias point to an earlier one at once.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    const version = this.vendToken.currentVersion as IVersion;
    this.live = new Alias(this, "Live", { aliasName: liveAlias, version });
    this.vendOnly = new Alias(this, "VendOnly", { aliasName: vendOnlyAlias, version });
    this.withLinks =
      props.consents && new Alias(this, "WithLinks", { aliasName: withLinksAlias, version });
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
    this.paths?.addTokens(this.live, this.withLinks);
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

  private addConsents(
    common: Pick<RealmProps, "realm" | "names" | "state" | "bundlesFolder">,
    parameters: CoreParameters,
    { requester, firewall }: RealmConsents,
  ): ConsentFunctions {
    const { CONSENT_BASE_URL: baseUrl } = this.consentVariables(parameters);
    const consents = new ConsentFunctions(this, "Consents", { ...common, requester, baseUrl });
    const realm = this.realmName;
    const { beginConsent: pages, completeConsent: callbacks } = consents;
    const routes = { realm, parameters, pages, callbacks };
    if (firewall) new RealmFirewalledRoutes(this, "Routes", routes);
    else new RealmConsentRoutes(this, "Routes", routes);
    this.paths?.addConsents(pages, this.live);
    return consents;
  }

  /** By which `vend-token` makes links. */
  private consentVariables(parameters: CoreParameters) {
    return { CONSENT_BASE_URL: parameters.read(this, "consents/url") };
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
}

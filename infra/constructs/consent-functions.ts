import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { ConsentVariables } from "../../functions/platform/consent-environment.ts";
import type { ConsentRequester } from "../consent-requester.ts";
import { requesterVariables } from "../consent-requester.ts";
import { consentConcurrency } from "../reserved-concurrency.ts";
import { claimsPendingConsents } from "./permissions.ts";
import type { RealmFunctionProps } from "./realm-function.ts";
import { RealmFunction } from "./realm-function.ts";

export interface ConsentFunctionsProps
  extends Pick<RealmFunctionProps, "realm" | "names" | "state" | "bundlesFolder"> {
  /** Public address of the consent host, without a trailing slash. */
  readonly baseUrl: string;
  readonly requester: ConsentRequester;
}

/** The functions of a consent realm that begin and complete consents. */
export class ConsentFunctions extends Construct {
  readonly beginConsent: RealmFunction;
  readonly completeConsent: RealmFunction;

  constructor(scope: Construct, id: string, props: ConsentFunctionsProps) {
    super(scope, id);
    const { baseUrl, requester, ...common } = props;
    const { name } = common.realm;
    const variables: ConsentVariables = {
      CONSENT_BASE_URL: baseUrl,
      ...requesterVariables(requester),
    };
    const shared = {
      ...common,
      variables: { ...variables },
      timeout: Duration.seconds(25),
      memorySize: 1024,
      // Junk from the internet must not take the concurrency of other functions.
      reservedConcurrentExecutions: consentConcurrency,
    };
    this.beginConsent = new RealmFunction(this, "BeginConsent", {
      ...shared,
      entry: "begin-consent",
      description: `Asks people for a consent to ${name}`,
      handlesTokens: false,
    });
    this.completeConsent = new RealmFunction(this, "CompleteConsent", {
      ...shared,
      entry: "complete-consent",
      description: `Takes the answers of people's consents to ${name}`,
    });
    this.completeConsent.addToRolePolicy(claimsPendingConsents(common.state.table, name));
  }
}

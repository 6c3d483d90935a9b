import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { declarationOf } from "../../functions/providers/catalogue.ts";
import type { ListedRealm } from "../realm-list.ts";
import { ofFunctions } from "./function-alarms.ts";
import { realmMetric } from "./realm-metrics.ts";
import type { Wanted } from "./token-alarm.ts";
import { TokenAlarm } from "./token-alarm.ts";

interface RealmAlarmsProps {
  readonly realm: ListedRealm;
  readonly functions: readonly IFunction[];
  readonly notify: ITopic | undefined;
}

/** Renewing early, and waiting for a busy minute, shorten what a token is used for. */
const usedShareOfLife = 0.75;

/** What an operator of one realm wants to be woken for. */
export class RealmAlarms extends Construct {
  readonly alarms: readonly TokenAlarm[];

  constructor(scope: Construct, id: string, { realm, functions, notify }: RealmAlarmsProps) {
    super(scope, id);
    const { name } = realm;
    const common: Wanted[] = [
      {
        topic: "credentials-rejected",
        meaning:
          "The provider refuses the credentials; nothing is issued until the secret changes.",
        metric: realmMetric(name, "CredentialsRejected", "Sum"),
        above: 0,
      },
      {
        topic: "renewal-failures",
        meaning: "The schedule has failed to renew in each of two quarters of an hour.",
        // Between two failures a provider may ask for a pause as long (functions/vending/decision/back-off.ts).
        metric: realmMetric(name, "RenewalFailures", "Sum", Duration.minutes(15)),
        above: 0,
        periods: 2,
      },
      ...ofFunctions(functions),
    ];
    const wanted = [...common, ...ofItsKind(realm)];
    this.alarms = wanted.map(
      (alarm) => new TokenAlarm(this, { ...alarm, of: name, ...(notify && { notify }) }),
    );
  }
}

function ofItsKind({ name, settings, accounts }: ListedRealm): Wanted[] {
  const { credential } = declarationOf(settings.provider);
  switch (credential.type) {
    case "static-key":
      return [keyExpiry(name)];
    // No issue-rate: it would count accounts, and those are the people who consent, whom no list knows.
    case "consent":
      return [...ofIssuers(name), consentEnding(name)];
    case "client-credentials": {
      const { usualLifetimeSeconds } = credential;
      return [...ofIssuers(name), issueRate(name, accounts.length, usualLifetimeSeconds)];
    }
  }
}

function ofIssuers(name: string): Wanted[] {
  return [
    {
      topic: "contested",
      meaning: "Someone else keeps revoking the tokens.",
      metric: realmMetric(name, "Contested", "Sum"),
      above: 0,
    },
    {
      topic: "late-issues",
      meaning: "A token was issued after its lease had ended, and nobody may use it.",
      metric: realmMetric(name, "LateIssues", "Sum"),
      above: 0,
    },
    {
      topic: "lease-wait",
      meaning: "One caller in a hundred waits more than 3 s for someone else's renewal.",
      metric: realmMetric(name, "LeaseWaitMs", "p99"),
      above: 3000,
      periods: 3,
    },
  ];
}

function issueRate(name: string, accounts: number, lifetimeSeconds: number): Wanted {
  const windowSeconds = 900;
  const each = Math.floor(windowSeconds / (lifetimeSeconds * usedShareOfLife)) + 1;
  return {
    topic: "issue-rate",
    meaning: "More tokens are issued than one per lifetime.",
    metric: realmMetric(name, "Issues", "Sum", Duration.seconds(windowSeconds)),
    above: accounts * each,
  };
}

function keyExpiry(name: string): Wanted {
  return {
    topic: "key-expiry",
    meaning: "A key ends within two weeks.",
    metric: realmMetric(name, "KeyEndsInDays", "Minimum", Duration.hours(1)),
    below: 14,
  };
}

function consentEnding(name: string): Wanted {
  return {
    topic: "consent-ending",
    meaning: "A consent ends within a week; a person has to renew it.",
    metric: realmMetric(name, "ConsentEndsInDays", "Minimum", Duration.hours(1)),
    below: 7,
  };
}

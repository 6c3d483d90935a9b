import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { declarationOf } from "../../functions/providers/catalogue.ts";
import type { ListedRealm } from "../realm-list.ts";
import { functionAlarms } from "./function-alarms.ts";
import { realmMetric } from "./realm-metrics.ts";
import type { AlarmDefinition } from "./token-alarm.ts";
import { TokenAlarm } from "./token-alarm.ts";

interface RealmAlarmsProps {
  readonly realm: ListedRealm;
  readonly functions: readonly IFunction[];
  readonly notify: ITopic | undefined;
}

/** Early renewal shortens the time for which a token is used. */
const usedShareOfLifetime = 0.75;

/** The alarms of one realm. */
export class RealmAlarms extends Construct {
  readonly alarms: readonly TokenAlarm[];

  constructor(scope: Construct, id: string, { realm, functions, notify }: RealmAlarmsProps) {
    super(scope, id);
    const { name } = realm;
    const common: AlarmDefinition[] = [
      {
        kind: "credentials-rejected",
        meaning:
          "The provider refuses the credentials; no token is requested until the secret changes.",
        metric: realmMetric(name, "CredentialsRejected", "Sum"),
        greaterThan: 0,
      },
      {
        kind: "renewal-failures",
        meaning: "Scheduled renewals have failed in two consecutive periods of 15 minutes.",
        // Two failures may be this far apart, because back-off grows (functions/vending/decision/back-off.ts).
        metric: realmMetric(name, "RenewalFailures", "Sum", Duration.minutes(15)),
        greaterThan: 0,
        periods: 2,
      },
      ...functionAlarms(functions),
    ];
    const definitions = [...common, ...credentialAlarms(realm)];
    this.alarms = definitions.map(
      (alarm) => new TokenAlarm(this, { ...alarm, subject: name, ...(notify && { notify }) }),
    );
  }
}

function credentialAlarms({ name, settings, accounts }: ListedRealm): AlarmDefinition[] {
  const { credential } = declarationOf(settings.provider);
  switch (credential.type) {
    case "static-key":
      return [keyExpiryAlarm(name)];
    // No issue-rate: its threshold depends on the number of accounts, which is not known where people consent.
    case "consent":
      return [...issuanceAlarms(name), consentEndingAlarm(name)];
    case "client-credentials": {
      const { usualLifetimeSeconds } = credential;
      return [
        ...issuanceAlarms(name),
        issueRateAlarm(name, accounts.length || 1, usualLifetimeSeconds),
      ];
    }
  }
}

function issuanceAlarms(name: string): AlarmDefinition[] {
  return [
    {
      kind: "contested",
      meaning: "Another system keeps revoking the tokens.",
      metric: realmMetric(name, "Contested", "Sum"),
      greaterThan: 0,
    },
    {
      kind: "late-issues",
      meaning: "A token was issued after its lease had ended, and cannot be used.",
      metric: realmMetric(name, "LateIssues", "Sum"),
      greaterThan: 0,
    },
    {
      kind: "lease-wait",
      meaning: "One caller in a hundred waits more than 3 s for another caller's renewal.",
      metric: realmMetric(name, "LeaseWaitMs", "p99"),
      greaterThan: 3000,
      periods: 3,
    },
  ];
}

function issueRateAlarm(name: string, accounts: number, lifetimeSeconds: number): AlarmDefinition {
  const windowSeconds = 900;
  const issuesPerAccount = Math.floor(windowSeconds / (lifetimeSeconds * usedShareOfLifetime)) + 1;
  return {
    kind: "issue-rate",
    meaning: "More tokens are issued than one per lifetime.",
    metric: realmMetric(name, "Issues", "Sum", Duration.seconds(windowSeconds)),
    greaterThan: accounts * issuesPerAccount,
  };
}

function keyExpiryAlarm(name: string): AlarmDefinition {
  return {
    kind: "key-expiry",
    meaning: "A key expires within two weeks.",
    metric: realmMetric(name, "KeyEndsInDays", "Minimum", Duration.hours(1)),
    lessThan: 14,
  };
}

function consentEndingAlarm(name: string): AlarmDefinition {
  return {
    kind: "consent-ending",
    meaning: "A consent ends within a week; the person has to consent again.",
    metric: realmMetric(name, "ConsentEndsInDays", "Minimum", Duration.hours(1)),
    lessThan: 7,
  };
}

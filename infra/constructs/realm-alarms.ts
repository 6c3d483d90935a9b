import { Duration } from "aws-cdk-lib";
import { AlarmRule, AlarmState, CompositeAlarm } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { declarationOf } from "../../functions/providers/catalogue.ts";
import type { ListedRealm } from "../realm-list.ts";
import { availabilityAlarm } from "./availability-alarm.ts";
import { functionAlarms } from "./function-alarms.ts";
import { realmMetric } from "./realm-metrics.ts";
import type { AlarmDefinition, AlarmKind, AlarmSettings } from "./token-alarm.ts";
import { defaultRunbook, TokenAlarm } from "./token-alarm.ts";

interface RealmAlarmsProps extends AlarmSettings {
  readonly realm: ListedRealm;
  readonly functions: readonly IFunction[];
  /** The name of the realm's composite alarm, with which the others' names begin. */
  readonly prefix: string;
}

/** These warn of the future: callers are served. */
const warnings: readonly AlarmKind[] = ["key-expiry", "consent-ending"];

/** Early renewal shortens the time for which a token is used. */
const usedShareOfLifetime = 0.75;

/** The alarms of one realm, and a composite alarm that says whether the realm is in order. */
export class RealmAlarms extends Construct {
  constructor(scope: Construct, id: string, props: RealmAlarmsProps) {
    super(scope, id);
    const { realm, functions, runbookUrl = defaultRunbook } = props;
    const { name } = realm;
    const subject = { ...props, subject: name };
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
      ...servingAlarms(name),
      ...functionAlarms(functions),
    ];
    const alarms = [...common, ...credentialAlarms(realm)].map(
      (alarm) => new TokenAlarm(this, subject, alarm),
    );
    const availability = availabilityAlarm(this, subject);
    const ofNow = alarms.filter(({ kind }) => !warnings.includes(kind));
    // It notifies nobody, because each of its alarms does.
    new CompositeAlarm(this, "Realm", {
      compositeAlarmName: subject.prefix,
      alarmDescription: `${name}: one of its alarms is in ALARM. ${runbookUrl}#alarms`,
      alarmRule: AlarmRule.anyOf(
        ...[availability, ...ofNow].map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM)),
      ),
    });
  }
}

function servingAlarms(name: string): AlarmDefinition[] {
  return [
    {
      kind: "slow-vends",
      meaning: "One vend in a hundred takes more than 3 s.",
      metric: realmMetric(name, "VendMs", "p99"),
      greaterThan: 3000,
      periods: 3,
      ignoresFewValues: true,
    },
    {
      kind: "overdue",
      meaning: "A renewal has been due for more than five minutes, for a quarter of an hour.",
      metric: realmMetric(name, "OverdueMs", "Maximum"),
      greaterThan: 300_000,
      periods: 3,
    },
    {
      kind: "damaged-records",
      meaning: "A record has impossible values, or has gone back to an earlier state.",
      metric: realmMetric(name, "DamagedRecords", "Sum"),
      greaterThan: 0,
    },
  ];
}

function credentialAlarms({ name, settings, accounts }: ListedRealm): AlarmDefinition[] {
  const { credential } = declarationOf(settings.provider);
  switch (credential.type) {
    case "static-key":
      return [keyExpiryAlarm(name), keyRejectionsAlarm(name)];
    // No issue-rate: its threshold depends on the number of accounts, which is not known where people consent.
    case "consent":
      return [...issuanceAlarms(name), consentEndingAlarm(name), consentEndedAlarm(name)];
    case "client-credentials": {
      const { usualLifetimeSeconds } = credential;
      return [...issuanceAlarms(name), issueRateAlarm(name, accounts.length, usualLifetimeSeconds)];
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

function keyRejectionsAlarm(name: string): AlarmDefinition {
  return {
    kind: "key-rejections",
    meaning: "A caller reports that the provider rejects the key that the secret still holds.",
    metric: realmMetric(name, "KeyRejections", "Sum"),
    greaterThan: 0,
  };
}

function consentEndedAlarm(name: string): AlarmDefinition {
  return {
    kind: "consent-ended",
    meaning: "A consent has ended: the person has to consent again.",
    metric: realmMetric(name, "ConsentsEnded", "Sum"),
    greaterThan: 0,
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

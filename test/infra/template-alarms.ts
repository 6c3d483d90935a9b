import type { RawTemplate } from "./synthesized.ts";
import { resourcesIn } from "./synthesized.ts";

interface WatchedMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly unknown[];
}

export interface AlarmProperties extends Partial<WatchedMetric> {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions?: readonly unknown[];
  readonly OKActions?: readonly unknown[];
  readonly TreatMissingData: string;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly ActionsEnabled?: boolean;
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number;
  readonly Metrics?: readonly {
    readonly Id: string;
    readonly Expression?: string;
    readonly ReturnData?: boolean;
    readonly MetricStat?: {
      readonly Metric: WatchedMetric;
      readonly Period: number;
      readonly Stat: string;
    };
  }[];
}

/** An alarm of a template. `of`: a realm, `list-connections`, `publish-events` or `ticks`; `kind` with the window, if it has one. */
interface TemplateAlarm {
  readonly of: string;
  readonly kind: string;
  readonly logicalId: string;
  readonly alarm: AlarmProperties;
}

/** The alarms on metrics. Of one whose name begins with none of these subjects, `of` is empty. */
export function alarmsIn(template: RawTemplate, realms: readonly string[]): TemplateAlarm[] {
  const subjects = [...realms, "list-connections", "publish-events", "ticks"];
  return resourcesIn(template, "AWS::CloudWatch::Alarm").map(([logicalId, { Properties }]) => {
    const alarm = Properties as unknown as AlarmProperties;
    const of = subjects.find((each) => alarm.AlarmName.startsWith(`${alarmPrefix(each)}-`)) ?? "";
    return { of, kind: alarm.AlarmName.slice(alarmPrefix(of).length + 1), logicalId, alarm };
  });
}

/** The beginning of the names of a subject's alarms. */
export function alarmPrefix(subject: string): string {
  return `token-vending-${subject.replaceAll("/", "-")}`;
}

import { awsPrices } from "./aws-prices.ts";

/** What CloudWatch bills of alarms: each metric that an alarm watches, and each composite alarm. */
export interface AlarmBill {
  readonly what: string;
  readonly alarms: number;
  readonly alarmMetrics: number;
  readonly composites: number;
}

/** Errors and throttles of a realm's functions are two alarms, each of which watches every function. */
const ofFunctions = (functions: number) => ({ alarms: 2, alarmMetrics: 2 * functions });
/** Six windows, each on the vends and on those that were refused; the composite alarms `availability` and the realm's own. */
const availability = { alarms: 6, alarmMetrics: 12, composites: 2 };
/** credentials-rejected, renewal-failures, slow-vends, overdue, damaged-records. */
const every = 5;

function realmBill(what: string, functions: number, further: number): AlarmBill {
  const { alarms, alarmMetrics } = ofFunctions(functions);
  const single = every + further;
  return {
    what,
    alarms: single + alarms + availability.alarms,
    alarmMetrics: single + alarmMetrics + availability.alarmMetrics,
    composites: availability.composites,
  };
}

/** By a realm's kind of credential; and those of no realm. test/infra compares them with the templates. */
export const alarmBills = {
  // contested, late-issues, lease-wait, issue-rate
  "client-credentials": realmBill("a realm of client credentials", 2, 4),
  // key-expiry, key-rejections
  "static-key": realmBill("a realm of static keys", 2, 2),
  // contested, late-issues, lease-wait, consent-ending, consent-ended
  consent: realmBill("a realm of consents", 4, 5),
  // undelivered, delayed, lost, and those of list-connections and publish-events
  shared: { what: "the deployment", alarms: 7, alarmMetrics: 7, composites: 0 },
} as const satisfies Record<string, AlarmBill>;

/** Dollars a month. */
export function alarmMonth({ alarmMetrics, composites }: AlarmBill): number {
  return alarmMetrics * awsPrices.alarmMetric + composites * awsPrices.compositeAlarm;
}

import { alarmBills, alarmMonth } from "../arithmetic/alarm-cost.ts";
import { awsPrices } from "../arithmetic/aws-prices.ts";
import { tableText } from "./table-text.ts";

/** What alarms cost a month, by what they watch. */
export function alarmCostTable(): string {
  const { alarmMetric, compositeAlarm } = awsPrices;
  return tableText(
    [
      "alarms of",
      "alarms",
      `metrics that they watch, at ${alarmMetric.toFixed(2)}`,
      `composite alarms, at ${compositeAlarm.toFixed(2)}`,
      "dollars a month",
    ],
    Object.values(alarmBills).map((bill) => [
      bill.what,
      `${bill.alarms}`,
      `${bill.alarmMetrics}`,
      `${bill.composites}`,
      alarmMonth(bill).toFixed(2),
    ]),
  );
}

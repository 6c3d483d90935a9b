import { expect, test } from "vitest";
import { alarmBills, alarmMonth } from "../../docs/arithmetic/alarm-cost.ts";
import { declarationOf } from "../../functions/providers/catalogue.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesized } from "./synthesized.ts";
import { alarmPrefix, alarmsIn } from "./template-alarms.ts";

const realms = oneOfEachKind.map(({ provider, environment }) => `${provider}/${environment}`);
const template = synthesized(oneOfEachKind);
const alarms = alarmsIn(template, realms);
const composites = resourcesIn(template, "AWS::CloudWatch::CompositeAlarm").map(
  ([, { Properties }]) => String(Properties["AlarmName"]),
);

/** What the template's alarms of these subjects are billed for: a metric each, or those that they compute with. */
function billOf(...subjects: readonly string[]) {
  const own = alarms.filter(({ of }) => subjects.includes(of)).map(({ alarm }) => alarm);
  const metrics = own.map(({ Metrics = [] }) =>
    Math.max(1, Metrics.filter(({ MetricStat }) => MetricStat).length),
  );
  return {
    alarms: own.length,
    alarmMetrics: metrics.reduce((sum, count) => sum + count, 0),
    composites: composites.filter((name) =>
      subjects.some((subject) => name.startsWith(alarmPrefix(subject))),
    ).length,
  };
}

test.each(oneOfEachKind)(
  "what docs/deploying.md says of the alarms of $provider is what is deployed",
  (realm) => {
    const { credential } = declarationOf(realm.provider);
    const bill = billOf(`${realm.provider}/${realm.environment}`);
    expect(alarmBills[credential.type]).toMatchObject(bill);
  },
);

test("the other alarms belong to the deployment", () => {
  expect(alarmBills.shared).toMatchObject(billOf("list-connections", "publish-events", "ticks"));
});

test("metrics are billed, not alarms: an alarm on the sum of four functions' errors watches four", () => {
  expect(alarmMonth({ what: "-", alarms: 1, alarmMetrics: 4, composites: 0 })).toBeCloseTo(0.4);
  expect(alarmMonth(alarmBills["static-key"])).toBeCloseTo(3.3);
});

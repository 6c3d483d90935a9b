import { App, Stack } from "aws-cdk-lib";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { describe, expect, test } from "vitest";
import { measures } from "../../functions/model/metrics.ts";
import type { EventPublisher } from "../../infra/constructs/event-publisher.ts";
import { Monitoring } from "../../infra/constructs/monitoring.ts";
import { alarmKinds } from "../../infra/constructs/token-alarm.ts";
import type { RawTemplate } from "./synthesized.ts";
import { resourcesIn } from "./synthesized.ts";

const realmCount = 200;
const realmAlarms = Array.from(
  { length: realmCount },
  (_, n) => `token-vending-client-credentials-environment-${n}`,
);
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const limits = { widgets: 500, alarmsOfWidget: 100, found: 500, ofDashboard: 2500, query: 1024 };

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

/** The dashboard of 200 realms, and the template with nothing else in it. */
function theDashboard(): { widgets: Widget[]; body: string; template: RawTemplate } {
  const app = new App();
  const stack = new Stack(app, "Core");
  const functionProps = {
    ...{ runtime: Runtime.NODEJS_24_X, handler: "index.handler", code: Code.fromInline("0") },
  };
  new Monitoring(stack, "Watch", {
    ...{ prefix: "token-vending", functionPrefix: "token-vending", tableName: "token-vending" },
    ...{ dashboardName: "token-vending", apiName: "Api", realmAlarms },
    failureQueue: new Queue(stack, "Failures"),
    listConnections: new LambdaFunction(stack, "List", functionProps),
    events: {
      publisher: new LambdaFunction(stack, "Publish", functionProps) as EventPublisher,
      lostQueue: new Queue(stack, "Lost"),
    },
  });
  const template: RawTemplate = app.synth().getStackByName("Core").template;
  const [[, dashboard] = []] = resourcesIn(template, "AWS::CloudWatch::Dashboard");
  const { "Fn::Join": join } = Object(dashboard?.Properties["DashboardBody"]) as {
    "Fn::Join": [string, (string | object)[]];
  };
  const body = join[1].map((part) => (typeof part === "string" ? part : "resolved")).join("");
  return { widgets: JSON.parse(body).widgets, body, template };
}

const { widgets, body, template } = theDashboard();
const searchesIn = (text: string) =>
  [...text.matchAll(/SEARCH\('(.*?)'/g)].map(([, query = ""]) => query);

/** How many metrics a search finds, where every realm has all of them, and no provider asks for consent. */
function foundBy(query: string): number {
  if (/\{TokenVending,Realm\}/.test(query)) return realmCount;
  // Of the problem codes, there are the most.
  if (/\{TokenVending,/.test(query)) return 20;
  return / consent$/.test(query) ? 0 : realmCount + 1;
}

describe("the dashboard of 200 realms", () => {
  test("fits into CloudWatch's limits", () => {
    expect(widgets.length).toBeLessThanOrEqual(limits.widgets);
    for (const query of searchesIn(body.replaceAll('\\"', '"'))) {
      expect(query.length).toBeLessThanOrEqual(limits.query);
      expect(foundBy(query)).toBeLessThanOrEqual(limits.found);
    }
    const shown = widgets
      .flatMap(({ properties }) => properties.metrics ?? [])
      .map((metric) => {
        const queries = searchesIn(JSON.stringify(metric).replaceAll('\\"', '"'));
        return queries.length > 0 ? queries.map(foundBy).reduce((sum, found) => sum + found, 0) : 1;
      });
    const all = shown.reduce((sum, found) => sum + found, 0);
    expect(all).toBeGreaterThan(1000);
    expect(all).toBeLessThanOrEqual(limits.ofDashboard);
    // A template's limit, https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    expect(JSON.stringify(template).length).toBeLessThan(1_000_000 / 4);
  });

  test("shows every realm's alarm, and those of no realm, in widgets of at most 100", () => {
    const shown = widgets.flatMap(({ properties }) =>
      properties.alarms ? [properties.alarms] : [],
    );
    expect(shown.map((alarms) => alarms.length)).toEqual([100, 100, 7]);
    const names = shown.flat().map((arn) => arn.split(":alarm:")[1]);
    expect(names).toEqual([
      ...realmAlarms,
      "token-vending-ticks-undelivered",
      "token-vending-list-connections-errors",
      "token-vending-list-connections-throttles",
      ...["errors", "throttles", "delayed", "lost"].map(
        (kind) => `token-vending-publish-events-${kind}`,
      ),
    ]);
  });

  test("answers in its first row whether callers are served, where not, since when, and whose fault it is", () => {
    const below = widgets.find(({ properties }) => properties.title === "Vends, by realm")?.y ?? 0;
    const first = widgets.filter(({ y }) => y < below);
    expect(first.map(({ properties: { title = "" } }) => title)).toEqual([
      "",
      "Which realm, since when, 1 of 3",
      "Which realm, since when, 2 of 3",
      "Which realm, since when, 3 of 3",
      "Are callers served? All realms, %",
      "Not served, by realm",
      "Not served, by whose fault",
      "Failures of dependencies",
      "Refusals, by code",
    ]);
    for (const { x, width } of first) expect(x + width).toBeLessThanOrEqual(24);
    for (const { y, height } of first) expect(y + height).toBeLessThanOrEqual(below);
  });

  test("leads to the sections that say what to do", () => {
    const text = widgets.find(({ type }) => type === "text")?.properties.markdown ?? "";
    const linked = [...text.matchAll(/docs\/operations\.md#alarm-([\w-]+)/g)].map(
      ([, kind]) => kind,
    );
    expect(linked.length).toBeGreaterThan(5);
    expect(alarmKinds).toEqual(expect.arrayContaining(linked));
  });

  test("has every metric that the functions write", () => {
    const searched = [...body.matchAll(/MetricName=[\\"]+(\w+)/g)].map(([, name]) => name);
    const chosen = [...body.matchAll(/"TokenVending","(\w+)"/g)].map(([, name]) => name);
    const shown = new Set([...searched, ...chosen]);
    for (const name of Object.keys(measures)) expect(shown).toContain(name);
  });

  test("has rows of functions, API, table and dead-letter queue", () => {
    for (const named of [
      ...["AWS/Lambda,FunctionName", "AWS/ApiGateway", "AWS/DynamoDB"],
      "AWS/SQS",
    ]) {
      expect(body).toContain(named);
    }
  });

  test("refers to no resource of a realm", () => {
    const { Resources, Parameters = {} } = template;
    expect(Object.keys(Parameters).filter((name) => name !== "BootstrapVersion")).toEqual([]);
    expect(JSON.stringify(Resources)).not.toContain("ImportValue");
  });
});

import type { InvocationResult } from "./lambda/lambda-host.ts";
import type { DeployedResource } from "./template/template.ts";

/** A schedule of the template: which function is invoked, how often, with which payload. */
interface ScheduledInvocation {
  readonly functionName: string;
  readonly everyMs: number;
  readonly payload: unknown;
  /** The role that invokes the function. */
  readonly roleArn: string;
}

export interface LocalScheduler {
  readonly schedules: readonly ScheduledInvocation[];
  /** Runs every schedule now, once; resolves when all invocations have been answered. */
  runAllNow(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * EventBridge Scheduler for `rate(…)` schedules of functions. The first run is after one interval, and runs may
 * overlap, as at AWS.
 */
export function startScheduler(
  deployed: { resourcesOf(type: string): Pick<DeployedResource, "logicalId" | "properties">[] },
  invoke: (schedule: ScheduledInvocation) => Promise<InvocationResult>,
  onFailure: (functionName: string, error: unknown) => void,
  repeat: Repeat = repeatOnTimer,
): LocalScheduler {
  let isStopped = false;
  const report = (functionName: string, error: unknown) => {
    if (!isStopped) onFailure(functionName, error);
  };
  const run = (schedule: ScheduledInvocation) =>
    invoke(schedule).then(
      ({ functionError, payload }) => functionError && report(schedule.functionName, payload),
      (error: unknown) => report(schedule.functionName, error),
    );
  const schedules = deployed.resourcesOf("AWS::Scheduler::Schedule").map(readSchedule);
  const stops = schedules.map((schedule) => repeat(() => void run(schedule), schedule.everyMs));
  return {
    schedules,
    async runAllNow() {
      await Promise.all(schedules.map(run));
    },
    async stop() {
      isStopped = true;
      for (const stop of stops) stop();
    },
  };
}

/** Repeats the work every `everyMs` milliseconds, until the returned function is called. */
type Repeat = (work: () => void, everyMs: number) => () => void;

const repeatOnTimer: Repeat = (work, everyMs) => {
  const timer = setInterval(work, everyMs);
  return () => clearInterval(timer);
};

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
/** With a longer delay Node's timers fire at once. */
const maxTimerMs = 2 ** 31 - 1;

function readSchedule({
  logicalId,
  properties,
}: {
  logicalId: string;
  properties: object;
}): ScheduledInvocation {
  const { FlexibleTimeWindow, ScheduleExpression, State, Target } = properties as {
    FlexibleTimeWindow?: { Mode?: string };
    ScheduleExpression?: string;
    State?: string;
    Target?: { Arn?: string; Input?: string; RoleArn?: string };
  };
  if (State !== "ENABLED" || FlexibleTimeWindow?.Mode !== "OFF") {
    throw new Error(
      `${logicalId}: only schedules that are ENABLED and without a flexible window are supported.`,
    );
  }
  const [, count, unit] =
    /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(ScheduleExpression ?? "") ?? [];
  const [, functionName] = /:function:([\w-]+)$/.exec(Target?.Arn ?? "") ?? [];
  const everyMs = Number(count) * unitMs[unit as keyof typeof unitMs];
  if (!functionName || !(everyMs <= maxTimerMs)) {
    throw new Error(`${logicalId}: only rate(…) schedules of functions are supported.`);
  }
  const payload = JSON.parse(Target?.Input ?? "{}");
  return { functionName, everyMs, payload, roleArn: Target?.RoleArn ?? "" };
}

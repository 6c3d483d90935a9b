import type { InvocationResult } from "./lambda/lambda-host.ts";
import type { DeployedResource } from "./template/template.ts";

/** A schedule as the template has it: which function, how often, with what. */
interface ScheduledInvocation {
  readonly functionName: string;
  readonly everyMs: number;
  readonly payload: unknown;
  /** As which role the function is called. */
  readonly roleArn: string;
}

export interface LocalScheduler {
  readonly schedules: readonly ScheduledInvocation[];
  /** Every schedule's next tick, now; resolves when all have been answered. */
  runAllNow(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * EventBridge Scheduler for `rate(…)` schedules of functions: the first tick after one interval, ticks overlap as they
 * do there.
 */
export function startScheduler(
  deployed: { resourcesOf(type: string): Pick<DeployedResource, "logicalId" | "properties">[] },
  call: (tick: ScheduledInvocation) => Promise<InvocationResult>,
  onFailure: (functionName: string, error: unknown) => void,
  repeat: Repeat = repeatOnTimer,
): LocalScheduler {
  let isStopped = false;
  const report = (functionName: string, error: unknown) => {
    if (!isStopped) onFailure(functionName, error);
  };
  const tick = (schedule: ScheduledInvocation) =>
    call(schedule).then(
      ({ functionError, payload }) => functionError && report(schedule.functionName, payload),
      (error: unknown) => report(schedule.functionName, error),
    );
  const schedules = deployed.resourcesOf("AWS::Scheduler::Schedule").map(readSchedule);
  const ends = schedules.map((schedule) => repeat(() => void tick(schedule), schedule.everyMs));
  return {
    schedules,
    async runAllNow() {
      await Promise.all(schedules.map(tick));
    },
    async stop() {
      isStopped = true;
      for (const end of ends) end();
    },
  };
}

/** Does this every so many milliseconds, until the answer is called. */
type Repeat = (work: () => void, everyMs: number) => () => void;

const repeatOnTimer: Repeat = (work, everyMs) => {
  const timer = setInterval(work, everyMs);
  return () => clearInterval(timer);
};

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
/** A timer of Node's fires at once where it is told to wait longer. */
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
    throw new Error(`${logicalId}: only schedules that are ENABLED and never late are known here.`);
  }
  const [, count, unit] =
    /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(ScheduleExpression ?? "") ?? [];
  const [, functionName] = /:function:([\w-]+)$/.exec(Target?.Arn ?? "") ?? [];
  const everyMs = Number(count) * unitMs[unit as keyof typeof unitMs];
  if (!functionName || !(everyMs <= maxTimerMs)) {
    throw new Error(`${logicalId}: only rate(…) schedules of functions are known here.`);
  }
  const payload = JSON.parse(Target?.Input ?? "{}");
  return { functionName, everyMs, payload, roleArn: Target?.RoleArn ?? "" };
}

import type { LambdaHost } from "./lambda-host.ts";
import type { DeployedStack } from "./template.ts";

/** A schedule as the template has it: which function, how often, with what. */
interface Tick {
  readonly functionName: string;
  readonly everyMs: number;
  readonly payload: unknown;
}

export interface LocalScheduler {
  readonly schedules: readonly Tick[];
  stop(): Promise<void>;
}

/**
 * EventBridge Scheduler for `rate(…)` schedules of functions: the first tick after one interval, ticks overlap as they
 * do there.
 */
export function startScheduler(
  deployed: Pick<DeployedStack, "resourcesOf">,
  invoke: LambdaHost["invoke"],
  onFailure: (functionName: string, error: unknown) => void,
): LocalScheduler {
  const schedules = deployed.resourcesOf("AWS::Scheduler::Schedule").map(tickOf);
  const timers = schedules.map(({ functionName, everyMs, payload }) =>
    setInterval(() => {
      invoke(functionName, payload).then(
        ({ functionError, payload: failure }) => functionError && onFailure(functionName, failure),
        (error: unknown) => onFailure(functionName, error),
      );
    }, everyMs),
  );
  return {
    schedules,
    async stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

function tickOf({ logicalId, properties }: { logicalId: string; properties: object }): Tick {
  const { ScheduleExpression, Target } = properties as {
    ScheduleExpression?: string;
    Target?: { Arn?: string; Input?: string };
  };
  const [, count, unit] =
    /^rate\((\d+) (minute|hour|day)s?\)$/.exec(ScheduleExpression ?? "") ?? [];
  const [, functionName] = /:function:([\w-]+)$/.exec(Target?.Arn ?? "") ?? [];
  if (!count || !unit || !functionName) {
    throw new Error(`${logicalId}: only rate(…) schedules of functions are known here.`);
  }
  const everyMs = Number(count) * unitMs[unit as keyof typeof unitMs];
  return { functionName, everyMs, payload: JSON.parse(Target?.Input ?? "{}") };
}

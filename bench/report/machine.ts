import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

/** What the figures depend on, without the machine's name. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly gigabytes: number;
  readonly node: string;
  readonly platform: string;
  /** The average of the last minute when the bench began. */
  readonly load: number;
}

/** Above this, other programs take the time that is measured. */
const maxLoad = 0.5;

export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    gigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    load: loadavg()[0] ?? 0,
  };
}

/** Why this machine is too busy to measure on, and what to do; null if it is not. */
export function reasonToWait({ load }: Machine): string | null {
  if (load <= maxLoad) return null;
  return (
    `The load average of the last minute is ${load.toFixed(2)}; above ${maxLoad}, other programs take the time that is ` +
    "measured. End them, wait a minute and run this again."
  );
}

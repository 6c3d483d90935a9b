import { awsLimits, megabytesPerCore } from "../arithmetic/aws-limits.ts";
import { awsPrices } from "../arithmetic/aws-prices.ts";
import {
  indexCapacity,
  renewalLoad,
  renewalSecondsOf,
  tickCapacity,
} from "../arithmetic/renewal-load.ts";
import { renewalUnits } from "../arithmetic/renewal-units.ts";
import { tableText } from "./table-text.ts";

const lifetimes = [
  { name: "5 minutes", seconds: 300 },
  { name: "1 hour", seconds: 3600 },
  { name: "1 day", seconds: 86_400 },
];

/** Realms by their connections and the life of their tokens. */
export function scaleTable(): string {
  const rows = [100, 10_000, 100_000, 1_000_000].flatMap((connections) =>
    lifetimes.map(({ name, seconds }) => {
      const load = renewalLoad({ connections, lifetimeSeconds: seconds });
      return [
        figure(connections),
        name,
        figure(load.renewalsPerSecond),
        `${figure(load.shareOfTick * 100)} %`,
        figure(load.readUnitsPerSecond),
        figure(load.writeUnitsPerSecond),
        figure(load.dollarsPerMonth),
        figure(connections * awsPrices.secret),
        load.exceeded.join("; ") || "–",
      ];
    }),
  );
  return tableText(
    [
      "connections",
      "tokens live",
      "renewals a second",
      "of one tick",
      "read units a second",
      "write units a second",
      "dollars a month",
      "their secrets, dollars a month",
      "exceeded",
    ],
    rows,
  );
}

/** Where the schedule stops keeping up, by the memory of `renew-tokens`. */
export function kneeTable(): string {
  const rows = [256, 512, 1024, megabytesPerCore].map((memoryMb) => {
    const rate = tickCapacity(memoryMb);
    return [
      memoryMb.toLocaleString("en-US"),
      figure(rate),
      ...lifetimes.map(({ seconds }) => hundreds(rate * renewalSecondsOf(seconds))),
    ];
  });
  const index = lifetimes.map(({ seconds }) => hundreds(indexCapacity * renewalSecondsOf(seconds)));
  return tableText(
    ["MB", "renewals a second", ...lifetimes.map(({ name }) => `connections, ${name}`)],
    [...rows, ["the index's partition", figure(indexCapacity), ...index]],
  );
}

/** What a renewal asks of DynamoDB, by the size of its token. */
export function renewalUnitTable(): string {
  const rows = [50, 1024, 2048].map((bytes) => {
    const { read, lease, write } = renewalUnits(bytes);
    const revoking = renewalUnits(bytes, true);
    return [bytes, read, lease, write, revoking.write].map((value) => figure(value));
  });
  return tableText(
    ["token, bytes", "read units", "of a refused lease", "write units", "where it revokes"],
    rows,
  );
}

/** N processes that all try the lease of one connection in the second of its handover. */
export function herdTable(): string {
  const { read, lease } = renewalUnits(1024);
  const rows = [10, 100, 300, 1000, 10_000].map((processes) => {
    const [reads, writes] = [2 * processes * read, processes * lease];
    const partition = Math.max(
      reads / awsLimits.partitionReads.value,
      writes / awsLimits.partitionWrites.value,
    );
    return [processes, reads, writes].map((value) => figure(value)).concat(figure(partition));
  });
  return tableText(["processes", "read units", "write units", "seconds of the partition"], rows);
}

/** AWS's limits, with their pages. */
export function limitTable(): string {
  const rows = Object.values(awsLimits).map(({ what, value, unit, isAdjustable, page, url }) => [
    what,
    `${value.toLocaleString("en-US")} ${unit}`,
    isAdjustable ? "yes" : "no",
    `[${page}](${url})`,
  ]);
  return tableText(["limit", "default", "can be raised", "stated in"], rows);
}

/** Two significant digits of what is small, and no fraction of what is not. */
function figure(value: number): string {
  const rounded = value < 100 ? Number(value.toPrecision(2)) : Math.round(value);
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 6 });
}

function hundreds(value: number): string {
  return (Math.floor(value / 100) * 100).toLocaleString("en-US");
}

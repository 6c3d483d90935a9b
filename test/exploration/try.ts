import { written } from "./choices.ts";
import { exploreScenario, replay } from "./scenario.ts";
import { gateScenarios, longScenarios } from "./scenarios.ts";

Error.stackTraceLimit = 0;

import { Promises } from "./promises.ts";

const ignore = (process.env["IGNORE"] ?? "").split(",").filter(Boolean);
const original = Promises.prototype.require;
Promises.prototype.require = function (holds: boolean, promise: string) {
  if (!ignore.some((i) => promise.startsWith(i))) original.call(this, holds, promise);
};

const [, , filter = "", faults = "1", max = "20000"] = process.argv;
const groups = new Map<string, number>();
(globalThis as any).onRun = (cs: any[]) => {
  if (process.env["TRACE"])
    console.log(cs.map((c) => c.request + (c.fault ? "!" + c.fault : "")).join(","));
  const k = cs
    .filter((c) => c.fault)
    .map((c) => c.request + "!" + c.fault)
    .join(" ");
  groups.set(k, (groups.get(k) ?? 0) + 1);
};
for (const s of [...gateScenarios, ...longScenarios].filter(({ name }) => name.includes(filter))) {
  const t = process.cpuUsage();
  const r = await exploreScenario(s, {
    faults: Math.min(s.faults ?? 2, Number(faults)),
    maxRuns: Number(max),
  });
  const c = process.cpuUsage(t);
  const sec = (c.user + c.system) / 1e6;
  console.log(
    s.name.padEnd(24),
    "runs",
    r.runs,
    "blocked",
    r.blocked,
    "merged",
    r.merged,
    "states",
    r.states,
    r.isExhausted ? "exhausted" : "",
    sec.toFixed(2) + "s",
    Math.round(r.runs / sec) + "/s",
  );
  if (r.counterexample)
    console.log("   ✗", r.counterexample.violations.join("; "), written(r.counterexample.choices));
  if (r.counterexample && process.env["TELL"])
    console.log((await replay(s, written(r.counterexample.choices))).timeline.join("\n"));
}

if (process.env["KINDS"]) {
  const kinds = new Map<string, number>();
  for (const [k, v] of groups) {
    const kk = k.replace(/[a-z]\.\d+!/g, "");
    kinds.set(kk, (kinds.get(kk) ?? 0) + v);
  }
  for (const [k, v] of [...kinds].sort((a, b) => b[1] - a[1]).slice(0, 40)) console.log(v, k);
}
if (process.env["TOP"])
  for (const [k, v] of [...groups].sort((a, b) => b[1] - a[1]).slice(0, Number(process.env["TOP"])))
    console.log(v, k);

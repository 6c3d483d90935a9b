import { Run } from "./run.ts";
import { exploreScenario } from "./scenario.ts";
import { gateScenarios } from "./scenarios.ts";

const { twins, ...s } = gateScenarios.find((s) => s.name === process.argv[2])!;
const t = Run.prototype.take;
let cur: string[] = [];
(globalThis as any).cur = () => {
  cur = [];
};
Run.prototype.take = function (o: any) {
  cur.push(o.request + (o.fault ? "!" + o.fault : ""));
  return t.call(this, o);
};
let paths = new Map<string, string[]>();
const fin = Run.prototype.outcome;
Run.prototype.outcome = function () {
  const r = fin.call(this);
  paths.set(r, [...(paths.get(r) ?? []), cur.join(" ")]);
  return r;
};
const all = [];
for (const leavesOut of ["nothing", "orders"] as const) {
  paths = new Map();
  await exploreScenario(s, { faults: Number(process.argv[3]), maxRuns: 60000, leavesOut });
  all.push(paths);
}
for (const [o, p] of all[0]!)
  if (!all[1]!.has(o)) {
    console.log("missing", o);
    console.log(p.slice(0, 12).join("\n"));
    const h = o.split(" ")[0]!;
    for (const [o2, p2] of all[1]!)
      if (o2.startsWith(h)) console.log("present", o2, p2.slice(0, 4));
  }

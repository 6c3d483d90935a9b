import { exploreScenario } from "./scenario.ts";
import { gateScenarios } from "./scenarios.ts";

for (const name of process.argv[2]!.split(","))
  for (const f of process.argv[3]!.split(",").map(Number)) {
    const s0 = gateScenarios.find((s) => s.name === name)!;
    const { twins, ...s } = s0;
    const all = await exploreScenario(s, { faults: f, maxRuns: 60000, leavesOut: "nothing" });
    const orders = await exploreScenario(s, { faults: f, maxRuns: 60000, leavesOut: "orders" });
    const full = await exploreScenario(s, { faults: f, maxRuns: 60000 });
    const states = (x: Set<string>) => new Set([...x].map((o) => o.split(" ")[0]));
    console.log(
      name,
      f,
      "all",
      all.runs,
      all.isExhausted,
      "orders",
      orders.runs,
      orders.blocked,
      "full",
      full.runs,
      "outcomes",
      all.outcomes.size,
      orders.outcomes.size,
      [...all.outcomes].every((o) => orders.outcomes.has(o)),
      "states",
      states(all.outcomes as any).size,
      states(full.outcomes as any).size,
      [...states(all.outcomes as any)].every((o) => states(full.outcomes as any).has(o)),
    );
  }

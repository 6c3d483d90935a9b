import { gateScenarios } from "./scenarios.ts";
import { startingPoint } from "./starting-points.ts";
import { Run } from "./run.ts";
const s = gateScenarios.find(({name})=>name===process.argv[2])!;
const w = await startingPoint(s.nature, s.start);
const run = new Run(s.nature, w, s.parts.map(p=>({...p, at: w.now})), {isTold:true});
for (let i=0;i<60;i++) { const o = run.options(false)[0]; if (o) await run.take(o); else { console.log('pass', run.isReady()); if (!await Promise.race([run.passTime(), new Promise(r=>setTimeout(r,1000,'hang'))])) break; } }
console.log(run.world.timeline!.join('\n'), run.violations);
process.exit()

import { startingPoint } from "./starting-points.ts";
import { natures, pairScenarios } from "./scenarios.ts";
import { recordIn, summaryOf } from "./record-lens.ts";
for (const s of pairScenarios) {
 try { const w = await startingPoint(s.nature, s.start);
 console.log(s.name, w.now-1.8e12, w.items.map(([,i])=>{const r=recordIn(i); return r? summaryOf(r)+' typ'+r.typicalIssueMs+' rej'+r.rejectionsAt.length+ ' until'+(Number(r.token?.usableUntil)-w.now)+' renew'+(Number(r.token?.renewAt)-w.now)+' retry'+(Number(r.failure?.retryAt)-w.now):''}).join('|')); } catch(e) { console.log(s.name, String(e)) }
}

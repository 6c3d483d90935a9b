// One cold start: from before the bundle is imported until its first answer. Its arguments: bundle, event.
import { registerHooks } from "node:module";

const loaded = [];
registerHooks({
  load(url, context, nextLoad) {
    loaded.push(url);
    return nextLoad(url, context);
  },
});
const [, , bundle, event] = process.argv;
const cpu = process.cpuUsage();
const begunAt = performance.now();
const { handler } = await import(bundle);
const answer = await handler(JSON.parse(event), {
  callbackWaitsForEmptyEventLoop: true,
  functionName: "bench",
  awsRequestId: "1",
  getRemainingTimeInMillis: () => 10_000,
});
const wallMs = performance.now() - begunAt;
const { user, system } = process.cpuUsage(cpu);
const isAnswered = Boolean(answer) && !answer.problem;
process.send({ wallMs, cpuMs: (user + system) / 1000, files: loaded, isAnswered }, () =>
  process.exit(),
);

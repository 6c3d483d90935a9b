// The scheduled function, called as the schedule calls it.
import { answerCalls } from "./answer-calls.ts";

let handler;

answerCalls({
  open: async ({ bundle }) => {
    ({ handler } = await import(bundle));
  },
  tick: async ({ remainingMs }) => {
    const deadline = Date.now() + remainingMs;
    const cpu = process.cpuUsage();
    const summary = await handler(
      {},
      {
        callbackWaitsForEmptyEventLoop: true,
        functionName: "renew-tokens",
        awsRequestId: "1",
        getRemainingTimeInMillis: () => deadline - Date.now(),
      },
    );
    const { user, system } = process.cpuUsage(cpu);
    const { heapUsed } = process.memoryUsage();
    return { ...summary, cpuMs: (user + system) / 1000, heapMb: heapUsed / 2 ** 20 };
  },
});

import { startLambdaHost } from "../../../../local/aws/lambda/lambda-host.ts";

// Started by the test that kills a host: `killed-host.ts <code folder>`.
const [, , folder = ""] = process.argv;
const host = startLambdaHost({
  functions: [
    {
      name: "orphan",
      folder,
      handler: "index.handler",
      environment: {},
      timeoutMs: 60_000,
      memoryMb: 128,
    },
  ],
});
await host.prestart("orphan", 2);
const busy = host.invoke("orphan", {});
process.stdout.write(`${JSON.stringify(host.processes().map(({ pid }) => pid))}\n`);
await busy;

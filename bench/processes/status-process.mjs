// The function behind an operator's status page, called page by page as the command line does.
import { answerCalls } from "./answer-calls.ts";

let handler;

const context = {
  callbackWaitsForEmptyEventLoop: true,
  functionName: "list-connections",
  awsRequestId: "1",
  getRemainingTimeInMillis: () => 25_000,
};

answerCalls({
  open: async ({ bundle }) => {
    ({ handler } = await import(bundle));
  },
  list: async ({ realm }) => {
    const begunAt = performance.now();
    let cursor = null;
    let pages = 0;
    let connections = 0;
    do {
      const page = await handler({ realm, ...(cursor ? { cursor } : {}) }, context);
      if (!page.connections) throw new Error(JSON.stringify(page));
      pages += 1;
      connections += page.connections.length;
      cursor = page.cursor;
    } while (cursor);
    return { pages, connections, tookMs: performance.now() - begunAt };
  },
});

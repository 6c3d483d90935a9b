import { ChildProcess } from "node:child_process";
import { Server } from "node:net";

/** Fails a unit test that starts a server or a process: such a test belongs to another project of vitest.config.ts. */
function forbid(what: string): () => never {
  return () => {
    throw new Error(`A unit test ${what}: list its file under withServers in vitest.config.ts.`);
  };
}

Server.prototype.listen = forbid("starts a server");
Object.assign(ChildProcess.prototype, { spawn: forbid("starts a process") });

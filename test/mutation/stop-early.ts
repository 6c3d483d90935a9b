import fc from "fast-check";
import { afterEach } from "vitest";

declare global {
  var isMutantKilled: boolean | undefined;
}

// One failing test kills a mutant: files after it need not be loaded, and no smaller counterexample be sought.
if (globalThis.isMutantKilled) throw new Error("A test has already failed.");
afterEach(({ task }) => {
  globalThis.isMutantKilled ||= task.result?.state === "fail";
});
fc.configureGlobal({ endOnFailure: true });

// What is loaded at the first use would count as covered by that one test.
await import("../../functions/providers/exchange/key-check.ts");
await import("../../functions/providers/oauth/code-issuer.ts");
await import("../../functions/providers/oauth/consent-flow.ts");
await import("../../functions/providers/oauth/id-token.ts");

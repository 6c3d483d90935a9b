import { createPrivateKey } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { newProofKey } from "../../functions/providers/oauth/proof-of-possession.ts";
import type { Border } from "./border.ts";
import { border } from "./border.ts";
import type { Recorder } from "./recorder.ts";
import { canaries } from "./recorder.ts";

/** Handlers that fail for some inputs, each in its own way: what the fuzzer must report of them (fuzz.test.ts). */
type Plant = (recorder: Recorder) => unknown;

const isBad = (text: string) => text.includes("b");

/** Fails for every text with a `b`; the smallest have one, and else only `a`. */
function planted(name: string, plant: Plant): Border {
  return border({
    name,
    inputs: fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 4, maxLength: 9 }),
    play: async (text, recorder) => {
      await recorder.record(isBad(text) ? plant(recorder) : { fine: true });
    },
  });
}

function spend(cpuMs: number): void {
  const before = process.threadCpuUsage();
  for (;;) {
    const { user, system } = process.threadCpuUsage(before);
    if (user + system > cpuMs * 1000) return;
  }
}

export const plantedBorders: readonly Border[] = [
  planted("throws", () => {
    throw new TypeError("planted");
  }),
  planted("rejects unheard", () => {
    void Promise.reject(new Error("planted"));
    return {};
  }),
  planted("throws in a timer", async () => {
    setTimeout(() => {
      throw new Error("planted");
    });
    await delay(5);
    return {};
  }),
  planted("cannot be sent", () => 1n),
  planted("answers internal", () => ({ problem: { code: "internal" } })),
  planted("answers internal in a body", () => ({ statusCode: 500, body: '{"code":"internal"}' })),
  planted("logs a defect", ({ log }) => log.push('{"level":"error","event":"defect"}')),
  planted("spends CPU", () => spend(120)),
  planted("answers a token", () => ({ detail: `It said ${canaries.accessToken}.` })),
  planted("answers a secret in Base64", () => ({
    body: Buffer.from(`client:${canaries.clientSecret}`).toString("base64"),
  })),
  planted("answers a token's key", async () => ({ key: (await newProofKey()).expose() })),
  planted("proves with a token's key", async () => {
    const key = Buffer.from((await newProofKey()).expose(), "base64url");
    const jwk = createPrivateKey({ key, format: "der", type: "pkcs8" }).export({ format: "jwk" });
    const header = JSON.stringify({ typ: "dpop+jwt", alg: "ES256", jwk });
    return { extraHeaders: { DPoP: `${Buffer.from(header).toString("base64url")}.e30.x` } };
  }),
  planted("logs a link", ({ log, unlogged }) => {
    unlogged.push("one-time-link");
    log.push('{"url":"/consent/one-time-link"}');
  }),
  planted("never ends", () => {
    for (;;) spend(1000);
  }),
];

import { onTestFinished } from "vitest";
import type { Conferma, ConfermaOptions } from "../../../local/simulators/conferma/conferma.ts";
import { startConferma } from "../../../local/simulators/conferma/conferma.ts";
import type { Simulator } from "../../../local/simulators/kit/simulator.ts";

/** Stops the simulator when the test is over. */
export function stopAfterTest<S extends Simulator>(simulator: S): S {
  onTestFinished(() => simulator.stop());
  return simulator;
}

/** A clock that the test advances, starting at 2026-11-20T10:00:00.123Z. */
export function manualClock() {
  let at = Date.parse("2026-11-20T10:00:00.123Z");
  return {
    now: () => at,
    advance(ms: number) {
      at += ms;
    },
  };
}

export const confermaClient = {
  clientId: "card-client",
  clientSecret: "card-secret",
  platformKeys: ["PKN-1"],
} as const;

export async function confermaApi(options: ConfermaOptions = {}): Promise<Conferma> {
  return stopAfterTest(await startConferma({ clients: [confermaClient], ...options }));
}

export function basicHeader(clientId: string, clientSecret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
}

/** A correct token request; `init` replaces parts of it. */
export function requestConfermaToken(
  simulator: Conferma,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(simulator.tokenUrl, {
    method: "POST",
    redirect: "manual",
    headers: { authorization: basicHeader(confermaClient.clientId, confermaClient.clientSecret) },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: "PKN-1" }),
    ...init,
  });
}

export async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

export async function confermaToken(simulator: Conferma, init?: RequestInit): Promise<string> {
  return String((await jsonOf(await requestConfermaToken(simulator, init)))["access_token"]);
}

/** The API's status for a header with exactly this value. */
export async function statusWith(url: string, header: string, value: string): Promise<number> {
  const response = await fetch(url, { headers: { [header]: value } });
  await response.arrayBuffer();
  return response.status;
}

export function withBearer(simulator: { readonly pingUrl: string }, token: string) {
  return statusWith(simulator.pingUrl, "authorization", `Bearer ${token}`);
}

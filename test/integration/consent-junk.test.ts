import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, inject, it, onTestFinished, vi } from "vitest";
import type { ConsentLink } from "../../functions/http/link-contract.ts";
import type { LocalRealm } from "../../local/local-realm.ts";
import { signedFetch } from "../../local/signed-fetch.ts";
import { startStack } from "../../local/stack.ts";
import { createVendClient } from "../../local/vend-client.ts";
import { consentInBrowser } from "../support/consent-in-browser.ts";
import { expectAnswer } from "../support/stack-answers.ts";

const nameOf = ({ settings }: LocalRealm) => `${settings.provider}/${settings.environment}`;

/** Bounded: about this many requests in all. */
const requestsAtOnce = 40;
const rounds = 8;

it("junk at a consent route on the open internet locks nobody out of anything else", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-junk-"));
  const stack = await startStack({ folder, bundled: inject("bundlesFolder") });
  const client = createVendClient(stack.lambda.url, stack.identities.consumer.keys);
  onTestFinished(async () => {
    client.close();
    await stack.stop();
    rmSync(folder, { recursive: true });
  });
  const [attacked, other] = stack.providers.realms.filter(({ user }) => user);
  if (!attacked || !other) throw new Error("There are not two realms of consents.");
  const linkFor = async (realm: LocalRealm) => {
    const url = `${stack.http.url}/v1/consents/${nameOf(realm)}/default`;
    const response = await signedFetch(stack.identities.operator.keys, url, { method: "POST" });
    return ((await response.json()) as ConsentLink).url;
  };
  const links = [await linkFor(attacked), await linkFor(other)];

  /** Guesses links of one realm, with this method, as fast as it is answered. */
  const statuses: number[] = [];
  async function junk(): Promise<void> {
    const address = `${stack.consentHost.browserUrl}/consent/${nameOf(attacked as LocalRealm)}/`;
    for (let round = 0; round < rounds; round += 1) {
      const guesses = Array.from({ length: requestsAtOnce }, (_, n) =>
        fetch(address + `${round}-${n}`.padEnd(43, "x"), { method: "POST" }),
      );
      for (const { status } of await Promise.all(guesses)) statuses.push(status);
    }
  }

  const attack = junk();
  // The person of the other realm consents, and other tokens are vended, meanwhile.
  const page = await consentInBrowser(links[1] ?? "", other.user ?? expect.fail("nobody"));
  expect(page.status).toBe(200);
  expectAnswer(await client.vend(stack.functionOf(other).name));
  for (const realm of stack.providers.realms.filter(({ user }) => !user)) {
    expectAnswer(await client.vend(stack.functionOf(realm).name));
  }
  // Even in the attacked realm a link opens, because opening and continuing have limits of their own.
  await vi.waitFor(async () => expect((await fetch(links[0] ?? "")).status).toBe(200), 10_000);
  await attack;

  // A busy machine answers so slowly that the function's concurrency is used up as well: 500.
  for (const status of new Set(statuses)) expect([400, 429, 500]).toContain(status);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(100);
  // When it is over, so is its effect.
  const later = await consentInBrowser(links[0] ?? "", attacked.user ?? expect.fail("nobody"));
  expect(later.status).toBe(200);
  expectAnswer(await client.vend(stack.functionOf(attacked).name));
}, 60_000);

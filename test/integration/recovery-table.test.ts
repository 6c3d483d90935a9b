import { expect, test } from "vitest";
import { useCredential } from "../../local/vend-client.ts";
import { findingsOf, startRecoveryStack } from "../support/recovery-stack.ts";
import { expectAnswer, expectProblem, versionOrCode } from "../support/stack-answers.ts";

const conferma = "conferma/sandbox/default";
const keyServer = "static-key/acme/default";
const acme = (account: string) => `authorization-code/acme/${account}`;

// docs/recovery.md#table-restored
test("when a restored table is used, each token is replaced once, and no refresh token is used", async () => {
  const world = await startRecoveryStack();
  const { stack, vend, consent, operate } = world;
  const { conferma: card, authorizationServer, keyServer: keys } = stack.providers;
  for (const connection of [conferma, keyServer]) await vend(connection);
  for (const account of ["kept", "moved-on", "copied", "ended", "joined-later"]) {
    if (account !== "joined-later") expect(await consent(acme(account))).toBe(200);
  }
  const backup = await world.items();

  // Changes after the instant to which the table will be restored: they are lost.
  expect(versionOrCode(await vend(conferma, 1))).toBe(2);
  const last = expectAnswer(await vend(conferma, 2));
  for (const account of ["moved-on", "copied"]) {
    expect(versionOrCode(await vend(acme(account), 1))).toBe(2);
  }
  authorizationServer.injectFault({ kind: "destroy", when: "before-handling", route: "revoke" });
  expect((await operate(`disconnect ${acme("ended")} --yes`)).out).toContain("did not answer");
  expect(await consent(acme("joined-later"))).toBe(200);
  const newKey = "local-key-rotated";
  keys.registerKey(newKey);
  await stack.secrets.rotate("token-vending/static-key/acme/default", { apiKey: newKey });

  // 1 to 3: restored into a new table, which the service stack uses.
  const forgotten = await world.items();
  await world.restoreInto("token-vending-restored", backup);
  await world.redeploy({ tableName: "token-vending-restored" });
  const restoredAt = new Date().toISOString();

  // 4: consents that were ended since are ended again, before they are vended.
  const again = await operate(`disconnect ${acme("ended")} --yes`);
  expect(again.out).toContain("The provider has revoked the consent.");
  // The old table still has a newer row of a consent.
  const newest = forgotten.find(({ pk }) => pk?.S === acme("copied"));
  if (newest) await world.replace("token-vending-restored", newest);

  // 5: without --yes nothing changes.
  const [issues, refreshes] = [card.counters.issues(), authorizationServer.oracle.refreshes()];
  const restored = `--restored-at ${restoredAt}`;
  expect(await findingsOf(world, restored)).toEqual({
    [acme("copied")]: "restored-consent",
    [acme("ended")]: "no-consent",
    [acme("kept")]: "restored-consent",
    [acme("moved-on")]: "restored-consent",
    [conferma]: "restored",
    [keyServer]: "fine",
  });
  expect(card.counters.issues()).toBe(issues);

  // 5, with --yes: each token that may be revoked is replaced once, however often it runs.
  const repaired = await operate(`recover ${restored} --yes`);
  expect([repaired.exitCode, repaired.notices]).toEqual([0, `1/1 ${conferma}: version 2\n`]);
  await operate(`recover ${restored} --yes`);
  expect(card.counters.issues()).toBe(issues + 1);
  const now = expectAnswer(await vend(conferma));
  expect(await useCredential(now, card.pingUrl)).toBe(200);
  expect(await useCredential(last, card.pingUrl)).toBe(401);
  expect(expectAnswer(await vend(keyServer)).token).toBe(newKey);

  // 6: consents were not refreshed, so whether they are valid depends on their refresh tokens.
  expect(authorizationServer.oracle.refreshes()).toBe(refreshes);
  expect(versionOrCode(await vend(acme("kept"), 1))).toBe(2);
  expect(versionOrCode(await vend(acme("copied"), 2))).toBe(3);
  expect(versionOrCode(await vend(acme("moved-on"), 1))).toBe("consent-required");
  expect(versionOrCode(await vend(acme("joined-later")))).toBe("consent-required");
  const left = await operate("recover authorization-code/acme");
  expect(left.out).toContain(`npm run vend -- consent ${acme("moved-on")}`);
  expect(await consent(acme("moved-on"))).toBe(200);
  expect(versionOrCode(await vend(acme("moved-on")))).toBe(2);

  // Callers with a lost version vend again.
  expect(expectProblem(await vend(conferma, last.version)).code).toBe("invalid-request");
  expect(versionOrCode(await vend(conferma))).toBe(2);
  // Nothing was written to the old table.
  expect(await world.items()).toEqual(forgotten);
});

// docs/recovery.md#rows-lost
test("rows that were lost are copied from a restored table, and overwrite no row", async () => {
  const world = await startRecoveryStack();
  const { stack, vend, consent } = world;
  const { authorizationServer } = stack.providers;
  await vend(conferma);
  for (const account of ["lost", "lives"]) await consent(acme(account));
  const backup = await world.items();
  expect(versionOrCode(await vend(acme("lives"), 1))).toBe(2);
  await world.deleteItem(acme("lost"));
  expect(await findingsOf(world, "authorization-code/acme")).not.toHaveProperty([acme("lost")]);

  const consents = backup.filter(({ consentedAt }) => consentedAt !== undefined);
  const put: Record<string, boolean> = {};
  for (const item of consents) put[item["pk"]?.S ?? ""] = await world.putMissing(item);
  expect(put).toEqual({ [acme("lost")]: true, [acme("lives")]: false });

  expect(versionOrCode(await vend(acme("lost")))).toBe(1);
  expect(versionOrCode(await vend(acme("lost"), 1))).toBe(2);
  expect(versionOrCode(await vend(acme("lives"), 2))).toBe(3);
  expect(authorizationServer.oracle.refreshTokensReused()).toBe(0);
});

// docs/recovery.md#row-deleted
test("a deleted row costs one issue, or a person's consent", async () => {
  const world = await startRecoveryStack();
  const { stack, vend, consent, operate } = world;
  const { conferma: card } = stack.providers;
  await vend(conferma);
  expect(versionOrCode(await vend(conferma, 1))).toBe(2);
  await consent(acme("jo"));
  for (const connection of [conferma, acme("jo")]) await world.deleteItem(connection);
  await world.restart();

  const line = `recover ${conferma} ${acme("jo")}`;
  const seen = await operate(line);
  expect(seen.out).toMatch(/conferma\/sandbox\/default +– +no record\n/);
  expect(seen.out).toContain(`npm run vend -- consent ${acme("jo")}`);
  expect(card.counters.issues()).toBe(2);

  expect((await operate(`${line} --yes`)).exitCode).toBe(0);
  expect(card.counters.issues()).toBe(3);
  expect(expectProblem(await vend(conferma, 2)).code).toBe("invalid-request");
  const answer = expectAnswer(await vend(conferma));
  expect(answer.version).toBe(1);
  expect(await useCredential(answer, card.pingUrl)).toBe(200);
  expect(await consent(acme("jo"))).toBe(200);
  expect(versionOrCode(await vend(acme("jo")))).toBe(1);
});

test("a row that is deleted during a renewal stays deleted, and the new token is not vended", async () => {
  const world = await startRecoveryStack();
  const { stack, vend } = world;
  const { conferma: card } = stack.providers;
  await vend(conferma);
  card.injectFault({ kind: "delay", ms: 1500, when: "after-handling" });
  const renewing = vend(conferma, 1);
  await expect.poll(() => card.counters.issues()).toBe(2);
  await world.deleteItem(conferma);
  // The holder no longer finds its lease. It starts again like a new caller, or gives up.
  expect(["renewal-in-progress", 1]).toContain(versionOrCode(await renewing));
  expect(world.printed()).toContain('"late-issue"');
  const answer = expectAnswer(await vend(conferma));
  expect(answer.version).toBe(1);
  expect(await useCredential(answer, card.pingUrl)).toBe(200);
});

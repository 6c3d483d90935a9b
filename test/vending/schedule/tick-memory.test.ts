import { describe, expect, test } from "vitest";
import { plusMs } from "../../../functions/model/clock.ts";
import type { Connection } from "../../../functions/model/connection.ts";
import type { DueRenewal, RenewalIndex } from "../../../functions/model/renewal-index.ts";
import type { TokenRecord } from "../../../functions/model/token-record.ts";
import type { TokenStore } from "../../../functions/model/token-store.ts";
import { aFailedIssue, at } from "../../support/a-record.ts";
import { TestDeployment } from "../../support/dependencies.ts";
import { atExpiry } from "../../support/policies.ts";
import { oneRenewed, oneSkipped } from "../../support/tick-summaries.ts";

const realm = { provider: "conferma", environment: "production" } as const;

/** When the second token of `aProcess` may be replaced: after its end and the clock skew. */
const renewAt = at("10:10:00.900");

/** A process whose tick has renewed a connection once. Its requests to the store are listed from then on. */
async function aProcess() {
  const here = new TestDeployment(atExpiry);
  const memory = new Map<Connection, TokenRecord>();
  await here.vend();
  here.clock.moveTo(at("10:05:00.450"));
  expect(await here.tick({ memory })).toEqual(oneRenewed);
  here.clock.moveTo(renewAt);
  const sent: string[] = [];
  const intact = here.dependencies().store;
  const store: TokenStore = {
    ...intact,
    read: (...args) => {
      sent.push("read");
      return intact.read(...args);
    },
    takeLease: (...args) => {
      sent.push("take lease");
      return intact.takeLease(...args);
    },
    commit: (...args) => {
      sent.push("commit");
      return intact.commit(...args);
    },
  };
  const tick = (index = here.index()) => here.tick({ memory, store, index });
  return { here, sent, tick };
}

/** Another process fails to renew. */
async function failElsewhere(here: TestDeployment): Promise<void> {
  const { answer } = here;
  here.answer = () => aFailedIssue();
  await here.refusalOf();
  here.answer = answer;
}

/** What the index says at `renewAt`, read before what comes next. */
async function staleIndex(here: TestDeployment): Promise<RenewalIndex> {
  const index = here.index();
  const entries: DueRenewal[] = [];
  for await (const entry of index.due(realm, plusMs(renewAt, 1), signal)) entries.push(entry);
  return { ...index, due: () => entriesOf(entries) };
}

describe("a process whose tick renews a connection again", () => {
  test("reads nothing", async () => {
    const { here, sent, tick } = await aProcess();
    expect(await tick()).toEqual(oneRenewed);
    expect(sent).toEqual(["take lease", "commit"]);
    expect(here.asked).toHaveLength(3);
  });

  test("reads the record if the index knows a newer one", async () => {
    const { here, sent, tick } = await aProcess();
    here.clock.moveTo(at("10:09:00.000"));
    await here.vend({ rejectedVersion: 2 });
    here.clock.moveTo(at("10:14:01.000"));
    expect(await tick()).toEqual(oneRenewed);
    expect(sent).toEqual(["read", "take lease", "commit"]);
  });

  test("leaves it alone if another process has failed meanwhile", async () => {
    const { here, sent, tick } = await aProcess();
    await failElsewhere(here);
    expect(await tick()).toEqual(oneSkipped);
    expect(sent).toEqual(["take lease"]);
    expect(here.asked).toHaveLength(3);
  });

  test("renews on the record that the refused lease has brought, once that back-off is over", async () => {
    const { here, sent, tick } = await aProcess();
    await failElsewhere(here);
    here.clock.advance(60_000);
    expect(await tick()).toEqual(oneRenewed);
    expect(sent).toEqual(["take lease", "take lease", "commit"]);
  });

  test("leaves it alone if an operator has deleted the row since the index was read", async () => {
    const { here, sent, tick } = await aProcess();
    const index = await staleIndex(here);
    here.table.items.clear();
    expect(await tick(index)).toEqual(oneSkipped);
    expect(sent).toEqual(["take lease"]);
  });

  test("reads, and asks for nothing, if another process has renewed it between index and lease", async () => {
    const { here, sent, tick } = await aProcess();
    const index = await staleIndex(here);
    await here.vend();
    expect(await tick(index)).toEqual(oneSkipped);
    expect(sent).toEqual(["take lease", "read"]);
    expect(here.asked).toHaveLength(3);
  });
});

const { signal } = new AbortController();

async function* entriesOf(all: readonly DueRenewal[]): AsyncGenerator<DueRenewal> {
  yield* all;
}

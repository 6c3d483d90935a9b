import { expect, it } from "vitest";
import type { Evidence } from "../support/check-protocol.ts";
import { checkProtocol } from "../support/check-protocol.ts";
import { faultWorld } from "../support/fault-world.ts";
import { expectAnswer } from "../support/stack-answers.ts";
import type { ProxiedRequest } from "../support/stack-faulty-proxy.ts";
import { tableUseOf } from "../support/write-history.ts";

/** The evidence of a run with two issues, the second after a rejection, in which every promise was kept. */
async function realEvidence(): Promise<Evidence> {
  const world = await faultWorld({});
  const process = await world.start();
  expectAnswer(await world.vend(process));
  expectAnswer(await world.vend(process, { rejectedVersion: 1 }));
  return world.evidence("default");
}

type Forgery = readonly [
  title: string,
  forge: (real: Evidence) => Partial<Evidence>,
  found: RegExp,
];

const isUse = (use: string) => (passing: ProxiedRequest) => tableUseOf(passing) === use;
const without = <T>(all: readonly T[], index: number) => all.toSpliced(index, 1);
const worded = (passing: ProxiedRequest, from: string, to: string): ProxiedRequest => {
  const { answer } = passing;
  if (!answer) return passing;
  const content = Buffer.from(Buffer.from(answer.content).toString().replace(from, to));
  return { ...passing, answer: { ...answer, content } };
};
const issuesIn = ({ journal }: Evidence) => journal.filter(({ kind }) => kind === "issue");
const [first, second] = [0, 1];

const forgeries: readonly Forgery[] = [
  [
    "an issue that nobody knows of",
    (true_) => {
      const issue = issuesIn(true_)[first] ?? expect.fail();
      return { journal: [...true_.journal, { ...issue, fingerprint: "unheard-of" }] };
    },
    /P1: 2 issued under lease 1$/,
  ],
  [
    "an issue without a lease",
    (true_) => ({ journal: true_.journal.map((entry) => ({ ...entry, at: 0 })), calls: [] }),
    /P1: 2 issued without a lease$/,
  ],
  [
    "a token of which only the table knows",
    (true_) => ({ journal: true_.journal.filter((entry) => entry !== issuesIn(true_)[second]) }),
    /P13: nobody issued \w+$/,
  ],
  [
    "a lease that was granted while another was valid",
    ({ tablePassed }) => ({
      tablePassed: without(tablePassed, tablePassed.findIndex(isUse("commit"))),
    }),
    /: Leased to Leased is no transition; /,
  ],
  [
    "a token that was stored by somebody without the lease",
    ({ tablePassed }) => ({
      tablePassed: without(tablePassed, tablePassed.findIndex(isUse("lease"))),
    }),
    /: Empty to Held is no transition; /,
  ],
  [
    "a version that was skipped",
    ({ tablePassed }) => ({
      tablePassed: tablePassed.map((passing) =>
        worded(passing, '"version":{"N":"2"}', '"version":{"N":"3"}'),
      ),
    }),
    /“token committed” it lacks: .*a new token has the next version/,
  ],
  [
    "two calls at once",
    ({ calls }) => ({
      calls: calls.map((call) => ({ ...call, endedAt: Number.POSITIVE_INFINITY })),
    }),
    /P1: two calls at once, and no lease had ended$/,
  ],
  [
    "a token killed early for no reason",
    ({ tablePassed }) => ({
      tablePassed: tablePassed.map((passing) =>
        worded(passing, '{"S":"rejected"}', '{"S":"expired"}'),
      ),
    }),
    /P4: \w+ was issued early, for the reason expired$/,
  ],
  [
    "a token dropped in silence",
    ({ tablePassed, events }) => ({
      events: events.filter(({ version }) => version !== 2),
      tablePassed: tablePassed.filter(
        (passing) => !(isUse("commit")(passing) && passing.body.includes('":version":{"N":"2"}')),
      ),
    }),
    /P7: version 2 was vended and never stored$/,
  ],
  [
    "a vend of what was never stored",
    ({ vended }) => ({
      vended: vended.map((seen) => ({
        ...seen,
        answer: { ...seen.answer, fingerprint: "made-up" },
      })),
    }),
    /P7: version 1 was vended and never stored$/,
  ],
  [
    "a vend past the end",
    ({ vended }) => ({
      vended: vended.map((seen) => ({ ...seen, askedAt: seen.askedAt + 3_600_000 })),
    }),
    /P4: version 1 was vended past its end$/,
  ],
  [
    "a vend of what we killed, longer ago than any process remembers",
    ({ vended, journal }) => {
      const revokedAt = journal.find(({ kind }) => kind === "revoke")?.at ?? expect.fail();
      return {
        vended: vended.slice(0, 1).map((seen) => ({ ...seen, askedAt: revokedAt + 31_000 })),
      };
    },
    /P4: version 1 was vended \d+ ms after we revoked it$/,
  ],
];

it("the checker accepts real evidence, and detects each forgery", async () => {
  const real = await realEvidence();
  expect(checkProtocol(real)).toEqual([]);
  for (const [title, forge, found] of forgeries) {
    const broken = checkProtocol({ ...real, ...forge(real) }).join("\n");
    expect(broken, title).toMatch(new RegExp(found, "m"));
  }
});

import fc from "fast-check";
import type { Terminal } from "../../cli/command.ts";
import { commands } from "../../cli/commands.ts";
import type { DeployedFunctions } from "../../cli/deployed-functions.ts";
import { CommandFailure } from "../../cli/failure.ts";
import type { Problem } from "../../functions/http/contract.ts";
import { realmName } from "../../functions/model/connection.ts";
import { among } from "./arbitraries.ts";
import { border } from "./border.ts";
import { callbackEvent, consented, followToProvider } from "./consent-journey.ts";
import { FuzzWorld } from "./fuzz-world.ts";
import type { RowEdit } from "./hostile-rows.ts";
import { editedRow, rowEdits } from "./hostile-rows.ts";
import { fuzzRealms, realmPositions } from "./realms.ts";
import { canaries } from "./recorder.ts";

const readers = [
  ...["vend", "reject", "tick", "status", "callback", "link", "paste", "disconnect"],
  ...["cli status", "cli vend", "cli recover", "cli recover --yes"],
] as const;
type Reader = (typeof readers)[number];

/** The rows of a connection in use, of a consent under way, and one that nobody of ours wrote. */
export const storedRows = border({
  name: "stored rows",
  inputs: fc.record({
    realm: realmPositions,
    reader: among(readers),
    edits: rowEdits,
    isForged: fc.integer({ min: 0, max: 9 }).map((each) => each === 9),
    passedMs: fc.constantFrom(0, 0, 60_000, 3_300_000, 3_700_000, 40 * 86_400_000),
  }),
  play: ({ realm: position, reader, edits, isForged, passedMs }, recorder) => {
    const realm = fuzzRealms[position];
    if (!realm) throw new RangeError("There is no such realm.");
    return FuzzWorld.play(realm, recorder, async (world) => {
      const { vendRequest: request } = world;
      if (world.consents) await consented(world);
      else await world.invoke("vend-token", request);
      const read = await readingOf(world, reader);
      changeRows(world, edits, isForged);
      world.clock.skip(passedMs);
      await read();
      // What the reader made of it is read again.
      await world.invoke("list-connections", {});
    });
  },
});

function changeRows({ table }: FuzzWorld, edits: readonly RowEdit[], isForged: boolean): void {
  for (const [pk, row] of table.items) {
    table.items.set(pk, editedRow(isForged ? { pk: { S: pk } } : row, isKnown(edits)));
  }
}

/** A record with a layout to come is answered `internal` on purpose (docs/architecture.md): it is not ours to read. */
function isKnown(edits: readonly RowEdit[]): readonly RowEdit[] {
  return edits.filter(([name, value]) => name !== "layout" || !(Number(value?.N ?? 1) > 1));
}

/** Prepares a reader that needs it, before the rows change. */
async function readingOf(world: FuzzWorld, reader: Reader): Promise<() => Promise<unknown>> {
  const { vendRequest: request } = world;
  const { account } = request;
  switch (reader) {
    case "reject":
      return () => world.invoke("vend-token", { ...request, rejectedVersion: 1 });
    case "tick":
      return () => world.invoke("renew-tokens", {});
    case "status":
      return () => world.invoke("list-connections", { realm: realmName(world.realm) });
    case "callback":
    case "link":
    case "paste":
    case "disconnect":
      if (world.consents) return consentReading(world, reader, account);
      return () => world.invoke("vend-token", request);
    case "vend":
      return () => world.invoke("vend-token", request);
    default:
      return () => runCommand(world, reader);
  }
}

async function consentReading(
  world: FuzzWorld,
  reader: "callback" | "link" | "paste" | "disconnect",
  account: string,
): Promise<() => Promise<unknown>> {
  if (reader === "disconnect") {
    return () => world.invoke("complete-consent", { account, disconnect: true });
  }
  if (reader === "paste") {
    return () => world.invoke("complete-consent", { account, code: canaries.code });
  }
  const journey = await followToProvider(world, "an HTTP API");
  if (reader === "callback") {
    const event = callbackEvent(journey, "an HTTP API");
    return () => world.invoke("complete-consent", event);
  }
  return async () => {
    const event = callbackEvent({ ...journey, callback: journey.link }, "an HTTP API");
    await world.invoke("begin-consent", event);
    await world.invoke("begin-consent", { ...event, ...postOf(event) });
  };
}

function postOf(event: object): object {
  const { requestContext } = event as { requestContext: { http: object } };
  const http = { ...requestContext.http, method: "POST" };
  return { requestContext: { ...requestContext, http } };
}

/** The operator's command line, which reads what the functions answer. */
async function runCommand(world: FuzzWorld, reader: Reader): Promise<void> {
  const [, name = "", yes] = reader.split(" ");
  const { account, ...proof } = world.vendRequest;
  const args = name === "vend" ? [`${realmName(world.realm)}/${account}`] : [];
  const command = commands.find((each) => each.name === name);
  const execute = command?.prepare(args, { ...proof, yes: yes !== undefined });
  const { recorder } = world;
  try {
    await recorder.record(
      execute?.({ functions: functionsOf(world), terminal: terminalOf(world), show: () => {} }),
    );
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    await recorder.record(error.problem);
  }
}

function functionsOf(world: FuzzWorld): DeployedFunctions {
  return {
    async invoke<Answer>(
      kind: Parameters<FuzzWorld["invoke"]>[0],
      _: string | null,
      payload: object,
    ) {
      const answer = await world.invoke(kind, payload);
      const { problem } = Object(answer) as { problem?: Problem };
      if (problem) throw new CommandFailure(problem);
      return answer as Answer;
    },
    logOf: () => Promise.reject(new Error("No log is read.")),
    realms: () => Promise.reject(new Error("No log is read.")),
    region: async () => "eu-west-1",
    configurationOf: () => Promise.reject(new Error("No configuration is read.")),
    aheadOfAwsMs: () => null,
    close: () => {},
  };
}

function terminalOf({ clock, recorder }: FuzzWorld): Terminal {
  return {
    screen: { columns: null, hasColors: false },
    redraw: () => {},
    out: (text) => void recorder.answers.push(text),
    notice: (text) => void recorder.answers.push(text),
    readCode: async () => canaries.code,
    now: () => clock.now(),
    readPiped: async () => null,
    readHidden: async () => null,
    untilInterrupted: async () => undefined,
    sleep: (ms) => clock.sleep(ms, new AbortController().signal),
  };
}

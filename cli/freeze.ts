import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Freeze } from "../functions/model/freeze.ts";
import { freezeTakesMs } from "../functions/model/time-limits.ts";
import type { FreezeTarget } from "../functions/store/dynamodb-freezes.ts";
import { dynamoDbFreezes } from "../functions/store/dynamodb-freezes.ts";
import { allConnections } from "./all-connections.ts";
import type { CommandContext, CommandDeclaration, CommandOutput } from "./command.ts";
import { CommandFailure, UsageError } from "./failure.ts";
import { parseConnection, parseRealm } from "./parse-arguments.ts";
import { withTokenTable } from "./token-table.ts";
import { whoAmI } from "./who-am-i.ts";

const maxReasonLength = 200;

const needs = "[what `grantFreeze` grants](#freezing)";
const docs = "operations.md#freezing";

export const freezeCommand: CommandDeclaration = {
  name: "freeze",
  args: "<target>",
  summary: "stop a connection or a realm, on purpose",
  does: "stops a connection or a whole realm on purpose, everywhere within 30 s: nothing is vended or renewed until a thaw",
  ...{ docs, needs },
  options: ["reason", "table", "function"],
  examples: ['freeze conferma/production --reason "The key has leaked."'],
  prepare: ([text], { reason: why, table }) => {
    const target = parseTarget(text);
    const reason = parseReason(why, "freeze");
    return async (context) => {
      await requireKnown(context, target);
      return withFreezes(context, table, target, async (freezes, by) => {
        const at = context.terminal.now();
        const standing = await freezes.freeze(target, { by, at, reason }, randomUUID());
        const frozen = standing ?? { of: target.of, by, at, reason };
        const before = standing ? "was frozen already" : "is frozen";
        return output(target, frozen, [
          `${target.name} ${before}, by ${frozen.by} at ${frozen.at.toISOString()}: ${frozen.reason}`,
          ...(standing ? [] : effects),
        ]);
      });
    };
  },
};

export const thawCommand: CommandDeclaration = {
  name: "thaw",
  args: "<target>",
  summary: "end a freeze",
  does: "ends the freeze of a connection or a realm",
  ...{ docs, needs },
  options: ["reason", "table"],
  examples: ['thaw conferma/production --reason "Rotated."'],
  prepare: ([text], { reason: why, table }) => {
    const target = parseTarget(text);
    const reason = parseReason(why, "thaw");
    return (context) =>
      withFreezes(context, table, target, async (freezes, by) => {
        const at = context.terminal.now();
        const over = await freezes.thaw(target, { by, at, reason }, randomUUID());
        const { realm } = target;
        const isRealms = target.of === "realm";
        const left = isRealms ? null : await freezes.read({ of: "realm", realm, name: realm });
        const lines = [thawResult(target, over), ...(left ? [stillFrozen(realm, left)] : [])];
        return { ...output(target, left, lines), isIncomplete: left !== null };
      });
  },
};

function thawResult({ of, name }: FreezeTarget, over: Freeze | null): string {
  if (over) {
    const { by, at, reason } = over;
    return `${name} is thawed. It had been frozen by ${by} at ${at.toISOString()}: ${reason}`;
  }
  const others = of === "realm" ? "; its connections may be, each by itself" : "";
  return `${name} was not frozen${others}.`;
}

function stillFrozen(realm: string, { by, reason }: Freeze): string {
  return `Its realm ${realm} is still frozen, by ${by}: ${reason}`;
}

const effects = [
  `Within ${freezeTakesMs / 1000} s no process vends it any more; nothing renews it.`,
  "A client keeps the token that it has until its usableUntil (a key: one minute at most), and a",
  "provider accepts what it has issued: where it has leaked, revoke it there as well.",
  "Next: docs/operations.md#this-key-has-leaked",
];

function output(
  { name }: FreezeTarget,
  frozen: Freeze | null,
  lines: readonly string[],
): CommandOutput {
  return { answer: { target: name, frozen }, text: lines.join("\n") };
}

function parseTarget(text = ""): FreezeTarget {
  if (text.split("/").length === 2) {
    const realm = parseRealm(text);
    return { of: "realm", realm, name: realm };
  }
  const { connection, realm } = parseConnection(text);
  return { of: "connection", realm, name: connection };
}

function parseReason(text: string | undefined, command: string): string {
  const reason = text?.trim() ?? "";
  if (reason === "") {
    throw new UsageError(
      `Say why: ${command} <connection|realm> --reason "The key has leaked." Whoever is refused reads it.`,
    );
  }
  if (reason.length > maxReasonLength || /\p{Cc}/u.test(reason)) {
    throw new UsageError(`--reason: one line of at most ${maxReasonLength} characters.`);
  }
  return reason;
}

/** How long a freeze waits for the status. */
const statusPatienceMs = 5000;

/** A misspelt realm would freeze nothing. Where the status cannot be asked, the freeze must not wait for it. */
async function requireKnown(
  { functions, terminal }: CommandContext,
  { realm, name, of }: FreezeTarget,
): Promise<void> {
  try {
    const known = await inTime(allConnections(functions, realm));
    if (known === null) {
      terminal.notice(`Could not check that ${realm} is deployed: no answer.`);
      return;
    }
    if (of === "realm" || known.some(({ connection }) => connection === name)) return;
    terminal.notice(`${name} has never been used: check its spelling. It is frozen all the same.`);
  } catch (error) {
    if (!(error instanceof CommandFailure) || error.problem.code === "unknown-connection") {
      throw error;
    }
    terminal.notice(`Could not check that ${realm} is deployed (${error.problem.code}).`);
  }
}

/** Null where it has not ended in time. */
function inTime<T>(ending: Promise<T>): Promise<T | null> {
  const over = once(AbortSignal.timeout(statusPatienceMs), "abort");
  return Promise.race([ending, over.then(() => null)]);
}

function withFreezes(
  { aws }: CommandContext,
  table: string | undefined,
  target: FreezeTarget,
  use: (freezes: ReturnType<typeof dynamoDbFreezes>, by: string) => Promise<CommandOutput>,
): Promise<CommandOutput> {
  return withTokenTable(
    table,
    async (client, name) => {
      const freezes = dynamoDbFreezes(client, name);
      // With its first request the SDK learns from the variables where AWS is.
      await freezes.read(target);
      return use(freezes, await whoAmI(client.config));
    },
    aws,
  );
}

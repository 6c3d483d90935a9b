import type { CommandContext, CommandDeclaration } from "./command.ts";
import type { LogReader } from "./log-reader.ts";
import { openLogReader } from "./log-reader.ts";
import type { CommandOptions } from "./options.ts";
import { parseConnection, parseSince, parseVersion } from "./parse-arguments.ts";
import type { WhoAnswer } from "./who-format.ts";
import { formatWho, whoAnswer } from "./who-format.ts";
import { Attribution, overlapMs, spanOf, withoutEarlyRejections } from "./who-join.ts";
import type { WhoSearch } from "./who-sources.ts";
import { readCallers, readIssues, readTrail, trailLogOf } from "./who-sources.ts";

const defaultSince = "1d";

export const whoCommand: CommandDeclaration = {
  name: "who",
  args: "<connection> [version]",
  summary: "who was vended a version, and who rejected it",
  does: "says who was vended a version, or any, and who rejected it, from the logs",
  docs: "operations.md#who-was-vended-this-token",
  needs: "what `grantAttribution` grants: above all `logs:FilterLogEvents` on the functions' logs",
  options: ["since", "trail", "function"],
  examples: ["who conferma/production/default 12", "who conferma/production/default --since 7d"],
  prepare: (args, options) => {
    const { connection, realm } = parseConnection(args[0]);
    const version = args[1] === undefined ? null : parseVersion(args[1]);
    return async (context) => {
      const now = context.terminal.now();
      const since = parseSince(options.since ?? defaultSince, now);
      const logs = openLogReader();
      try {
        const search = { connection, realm, version, since, now };
        const answer = await findOut(context, logs, search, options);
        const isIncomplete = answer.gaps.some(({ kind }) => kind === "denied" || kind === "cut");
        return { answer: whoAnswer(answer), text: formatWho(answer, now), isIncomplete };
      } finally {
        logs.close();
      }
    };
  },
};

async function findOut(
  { functions }: CommandContext,
  logs: LogReader,
  search: WhoSearch,
  options: CommandOptions,
): Promise<WhoAnswer> {
  const { connection, realm, version, since, now } = search;
  const vendGroup = await functions.logOf("vend-token", realm);
  const callers = await readCallers(logs, vendGroup.group, since, now);
  const { issues, gaps } = await readIssues(functions, logs, search);
  const span = spanOf(issues, version);
  const attribution = new Attribution(withoutEarlyRejections(callers.records, connection, issues));
  const from = span.issue ? new Date(Number(span.issue.at) - overlapMs) : since;
  const to = span.successor ? new Date(Number(span.successor.at) + overlapMs) : now;
  const window = { from: from < since ? since : from, to: to > now ? now : to };
  const { functionName } = vendGroup;
  const trail = { group: options.trail ?? trailLogOf(functionName, realm), functionName };
  const trailGap = await readTrail(logs, trail, window, search, attribution);
  return {
    ...{ connection, version, since, ...span, window },
    acts: attribution.actsOn(connection, version),
    possible: trailGap?.kind === "no-trail" ? null : attribution.possible,
    gaps: [...callers.gaps, ...gaps, ...(trailGap ? [trailGap] : [])],
  };
}

/** The options of all commands: how each is written, and what it does. A command declares those that it takes. */
export const optionTexts = {
  json: ["--json", "print answers and problems as JSON"],
  showToken: ["--show-token", "show the token too"],
  minValidity: ["--min-validity <seconds>", "require the token to remain usable for this long"],
  proofFor: [
    "--proof-for <request>",
    "with a proof for this request, like 'GET https://api.example.com' (tokens bound to a key)",
  ],
  function: ["--function <name>", "invoke this function instead of looking it up"],
  file: ["--file <path>", "the JSON to put"],
  reason: ["--reason <text>", "why, for those who are refused"],
  table: ["--table <name>", "the token table, if not token-vending"],
  restoredAt: [
    "--restored-at <instant>",
    "when the functions began to use a restored table, like 2026-11-21T10:00Z",
  ],
  watch: ["--watch", "show it again and again, until Ctrl-C"],
  interval: ["--interval <seconds>", "with --watch: how often (default 5)"],
  since: ["--since <time>", "how far to look back, like 12h, 7d (default 1d) or 2026-11-21T10:00Z"],
  port: ["--port <port>", "where the page is served (default: a free port)"],
  trail: ["--trail <log-group>", "where CloudTrail writes, if not /<the deployment's name>/trail"],
  undo: ["--undo", "make the previous value current again"],
  try: ["--try", "request a token with it, if need be"],
  yes: ["--yes", "confirm"],
  wait: ["--wait", "wait for what comes of the link; Ctrl-C ends the wait, not the link"],
  person: [
    "--person <person>",
    "whose consent it has to be, by their e-mail address or the provider's identifier of them",
  ],
  customer: ["--customer <customer>", "for whose data, as the provider states it"],
  replace: ["--replace", "let it replace the consent of another person or customer"],
} as const;

export type OptionName = keyof typeof optionTexts;

type WithValue = {
  [Name in OptionName]: (typeof optionTexts)[Name][0] extends `${string}<${string}` ? Name : never;
}[OptionName];

/** The options of a command line. One without a value is true where it is given. */
export type CommandOptions = {
  readonly [Name in WithValue]?: string;
} & { readonly [Name in Exclude<OptionName, WithValue>]?: boolean };

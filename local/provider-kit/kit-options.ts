import path from "node:path";
import { parseArgs } from "node:util";
import { portIn, WrongOption } from "../start-options.ts";

export const kitUsage = `npm run providers -- [options] [-- <command> ...]

Runs the simulated providers, without AWS and without token vending, until
Ctrl-C; or as long as a command, which finds them by TOKEN_VENDING_PROVIDERS:
the path of a JSON file with their addresses and credentials.

  --ports <first>      the first of the ports that they take, one after the
                       other (default: free ones)
  --lifetime <seconds> of every token (default: 300; 3600 where people consent)
  --redirect <address> where people are sent back to, instead of to token
                       vending's callback
  --file <path>        where the JSON file is written (default: a new one)
  --help               this text

Ends as the command does; with 0 when it was stopped, 1 after a fault, and 2 for
a wrong option.
`;

export interface KitOptions {
  /** 0: free ports. */
  readonly firstPort: number;
  readonly lifetimeMs: number | undefined;
  readonly redirectUri: string | undefined;
  readonly file: string | undefined;
  /** Empty: until it is interrupted. */
  readonly command: readonly string[];
  readonly help: boolean;
}

/** Fails with a `WrongOption`. What follows `--` is the command. */
export function readKitOptions(args: readonly string[]): KitOptions {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  try {
    const { values } = parseArgs({
      args: args.slice(0, end),
      options: {
        ports: { type: "string", default: "0" },
        lifetime: { type: "string" },
        redirect: { type: "string" },
        file: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    return {
      firstPort: portIn(values.ports),
      lifetimeMs: values.lifetime === undefined ? undefined : 1000 * secondsIn(values.lifetime),
      redirectUri: values.redirect === undefined ? undefined : addressIn(values.redirect),
      file: values.file === undefined ? undefined : path.resolve(values.file),
      command: args.slice(end + 1),
      help: values.help,
    };
  } catch (error) {
    throw WrongOption.of(error, "npm run providers -- --help");
  }
}

function secondsIn(text: string): number {
  const seconds = Number(text);
  if (/^[\d.]+$/.test(text) && seconds > 0) return seconds;
  throw new RangeError(`${text} is not a number of seconds`);
}

function addressIn(text: string): string {
  if (URL.canParse(text)) return text;
  throw new RangeError(`${text} is not an address`);
}

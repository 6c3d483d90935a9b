import { adviceFor } from "../advice.ts";
import type { CommandFailure } from "../failure.ts";
import type { Gap } from "./snapshot.ts";

/** What could not be read because of a failure, with what to do next. */
export function gapOfFailure(what: string, failure: CommandFailure): Gap {
  return { what: `${what} could not be read.`, next: adviceFor(failure).replaceAll(/\s+/g, " ") };
}

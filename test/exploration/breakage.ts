import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { Dependencies } from "../../functions/model/dependencies.ts";

/** Breaks the code at its seams, to prove that the exploration notices. */
export interface Breakage {
  /** The ports, changed for one process. */
  deps?(deps: Dependencies): Dependencies;
  /** The condition of a write, instead of the one that was sent. */
  condition?(sentence: string): string;
  /** A write, instead of the one that was sent. */
  update?(input: UpdateItemCommandInput): UpdateItemCommandInput;
}

/** A command as it reaches the table. */
export function broken({ update }: Breakage, command: object): object {
  if (!update || !(command instanceof UpdateItemCommand)) return command;
  return new UpdateItemCommand(update(command.input));
}

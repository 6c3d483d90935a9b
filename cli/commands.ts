import type { CommandDeclaration } from "./command.ts";
import { completionCommand } from "./completion.ts";
import { consentCommand } from "./consent.ts";
import { consoleCommand } from "./console/console-command.ts";
import { disconnectCommand } from "./disconnect.ts";
import { discoverCommand } from "./discover/discover.ts";
import { doctorCommand } from "./doctor/doctor.ts";
import { freezeCommand, thawCommand } from "./freeze.ts";
import { historyCommand } from "./history.ts";
import { ledgerCommand } from "./ledger.ts";
import { pasteCodeCommand } from "./paste-code.ts";
import { recoverCommand } from "./recover.ts";
import { resealCommand } from "./reseal.ts";
import {
  secretCheckCommand,
  secretPutCommand,
  secretRotateCommand,
} from "./secrets/secret-commands.ts";
import { statusCommand } from "./status.ts";
import { rejectCommand, vendCommand } from "./vend-credential.ts";
import { whoCommand } from "./who.ts";

const invoking: readonly CommandDeclaration[] = [
  statusCommand,
  vendCommand,
  rejectCommand,
  consoleCommand,
  historyCommand,
  ledgerCommand,
  whoCommand,
  recoverCommand,
  doctorCommand,
  discoverCommand,
  consentCommand,
  pasteCodeCommand,
  disconnectCommand,
  secretPutCommand,
  secretCheckCommand,
  secretRotateCommand,
  freezeCommand,
  thawCommand,
  resealCommand,
];

/** All commands, in the order in which help and docs/operations.md list them. */
export const commands: readonly CommandDeclaration[] = [...invoking, completionCommand(invoking)];

import { readFileSync } from "node:fs";
import { VendingError } from "../../functions/model/errors.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { ProviderId } from "../../functions/providers/catalogue.ts";
import { declarationOf, requiredMembersOf } from "../../functions/providers/catalogue.ts";
import type { Terminal } from "../command.ts";
import type { CommandFailure } from "../failure.ts";
import { cliFailure } from "../failure.ts";

/** Secrets Manager's limit. */
const maxBytes = 65_536;

/**
 * The JSON of a secret, from a file or from a pipe, with the members that its provider declares and no others. Null when a
 * terminal is there instead. Throws a `CommandFailure` that names the member, and quotes nothing that was read; also for
 * an empty pipe, because the program at its other end has failed.
 */
export async function readGivenSecret(
  provider: ProviderId,
  file: string | undefined,
  terminal: Pick<Terminal, "readPiped">,
): Promise<Sensitive | null> {
  const bytes = file === undefined ? await terminal.readPiped() : readSecretFile(file);
  if (bytes === null) return null;
  const text = decoded(bytes);
  if (file === undefined && text.trim() === "") throw emptyPipe();
  return validSecret(provider, text);
}

/** Asks for each member that fits one line, without showing what is typed. */
export async function askForSecret(
  provider: ProviderId,
  terminal: Pick<Terminal, "readHidden" | "notice">,
): Promise<Sensitive> {
  const { secret } = declarationOf(provider);
  const required = requiredMembersOf(provider);
  const names = Object.keys(secret).filter((name) => !secret[name]?.isMultiLine);
  const others = Object.keys(secret).filter((name) => secret[name]?.isMultiLine);
  if (others.length > 0) terminal.notice(leftOut(others));
  const questions = names.map((name) => {
    const isOptional = !required.includes(name);
    const hint = isOptional ? "; press Enter to leave it out" : "";
    return { text: `${name} (${secret[name]?.meaning}${hint}), not shown: `, isOptional };
  });
  const typed = await terminal.readHidden(questions);
  if (typed === null) throw noValue();
  const members = names.map((name, index) => [name, typed[index]]);
  const given = members.filter(([, value]) => value !== "");
  return validSecret(provider, JSON.stringify(Object.fromEntries(given)));
}

/** A terminal's line cannot hold them. */
function leftOut(names: readonly string[]): string {
  return `Not asked for, and left out: ${names.join(", ")} (several lines). To put them, use --file or a pipe.`;
}

function emptyPipe(): CommandFailure {
  const detail = "The pipe is empty: the command before it may have failed. Nothing was put.";
  return cliFailure("no-value", "No value was given", detail);
}

function noValue(): CommandFailure {
  const detail = "Neither a file nor a pipe has a value, and nothing was typed.";
  return cliFailure("no-value", "No value was given", detail);
}

function readSecretFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code = "error" } = Object(error);
    throw cliFailure("no-value", "The file cannot be read", `${file}: ${code}.`);
  }
}

/** A byte order mark, as some editors and shells write, is left out. */
function decoded(bytes: Uint8Array): string {
  if (bytes.length > maxBytes) throw invalid(`A secret holds at most ${maxBytes} bytes.`);
  const text = textOf(bytes);
  if (text !== null) return text;
  throw invalid("It is not encoded as UTF-8. Save it as UTF-8: PowerShell's > writes UTF-16.");
}

/** Null for bytes that are not UTF-8. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

async function validSecret(provider: ProviderId, text: string): Promise<Sensitive> {
  const { secret, checkSecretText } = declarationOf(provider);
  const value = parsedObject(text);
  if (!value) {
    const members = requiredMembersOf(provider)
      .map((name) => `"${name}": "…"`)
      .join(", ");
    throw invalid(`It must be one JSON object: { ${members} }.`);
  }
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(secret, name));
  if (unknown !== undefined) throw invalid(unknownMember(provider, unknown, Object.keys(secret)));
  const normal = new Sensitive(JSON.stringify(value));
  try {
    await checkSecretText(normal);
  } catch (error) {
    if (error instanceof VendingError) throw invalid(error.message);
    throw error;
  }
  return normal;
}

function parsedObject(text: string): object | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    return null;
  }
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
}

/** A name that is no plain word may be a value in the wrong place. */
function unknownMember(provider: ProviderId, name: string, known: readonly string[]): string {
  const shown = /^[A-Za-z_]{1,24}$/.test(name) ? name : "A member";
  return `${shown} is not a member of ${provider}'s secret: it has ${known.join(", ")}.`;
}

function invalid(detail: string): CommandFailure {
  const title = "This is not the secret that the provider needs";
  return cliFailure("secret-invalid", title, `${detail} Nothing was put.`);
}

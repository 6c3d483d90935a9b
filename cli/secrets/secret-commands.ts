import { declarationOf } from "../../functions/providers/catalogue.ts";
import type { CommandContext, CommandDeclaration, CommandOutput } from "../command.ts";
import { UsageError } from "../failure.ts";
import { putSecret, undoPut } from "./put-secret.ts";
import { rotateSecret } from "./rotate-secret.ts";
import { openSecretStore } from "./secret-store.ts";
import type { SecretContext, SecretTarget } from "./secret-target.ts";
import { parseSecretTarget } from "./secret-target.ts";
import { showSecret } from "./show-secret.ts";

type SecretAction = (context: SecretContext, target: SecretTarget) => Promise<CommandOutput>;

const docs = "deploying.md#3-fill-in-a-secret";
const needs =
  "`lambda:InvokeFunction` on the realm's `renew-tokens`, and [writing secrets](deploying.md#3-fill-in-a-secret), as `grantSecretOperator` grants both; no reading";
const args = "<connection>";
const named = ["function", "invoke this renew-tokens instead of looking it up"] as const;

export const secretPutCommand: CommandDeclaration = {
  name: "secret put",
  args,
  summary: "check, try and make current a value",
  does: "checks, tries and makes current a value for the connection's secret, from `--file`, a pipe or the terminal; `--undo` makes the previous one current again",
  ...{ docs, needs },
  options: ["file", "undo", ["yes", "also where the value cannot be tried, or is current"], named],
  examples: ["secret put conferma/production/default", "secret put cfis/live/default --undo"],
  prepare: ([text], { file, undo, yes: isForced = false, ...more }) => {
    const target = parseSecretTarget(text);
    if (undo && file !== undefined) throw new UsageError("--undo takes no value.");
    return withStore(target, more, (context) =>
      undo
        ? undoPut(context, target, { isForced })
        : putSecret(context, target, { file, isForced }),
    );
  },
};

export const secretCheckCommand: CommandDeclaration = {
  name: "secret check",
  args,
  summary: "whether the secret is right, and in use",
  does: "shows the secret's versions and their dates, whether its members are right, what looks odd in their text, when it or its client certificate expires, whether it is the one in use, and what the provider says; of client credentials only with `--try`, which requests a token",
  ...{ docs, needs },
  options: ["try", named],
  examples: ["secret check conferma/production/default"],
  prepare: ([text], { try: isTried = false, ...more }) => {
    const target = parseSecretTarget(text);
    return withStore(target, more, (context) => showSecret(context, target, { isTried }));
  },
};

export const secretRotateCommand: CommandDeclaration = {
  name: "secret rotate",
  args,
  summary: "replace a static key, until it is vended",
  does: "replaces a static key and watches until it is vended",
  docs: "operations.md#rotating-credentials",
  needs,
  options: ["file", ["yes", "go on with the value that is staged"], named],
  examples: ["secret rotate cfis/live/default"],
  prepare: ([text], { file, yes: isForced = false, ...more }) => {
    const target = parseSecretTarget(text);
    requireStaticKey(target.provider);
    return withStore(target, more, (context) => rotateSecret(context, target, { file, isForced }));
  },
};

function withStore(
  target: SecretTarget,
  { function: functionName }: { readonly function?: string },
  act: SecretAction,
) {
  return async (context: CommandContext) => {
    const store = openSecretStore();
    try {
      return await act({ ...context, store, functionName: functionName ?? null }, target);
    } finally {
      store.close();
    }
  };
}

function requireStaticKey(provider: SecretTarget["provider"]): void {
  if (declarationOf(provider).credential.type === "static-key") return;
  throw new UsageError(
    `${provider} has no static key: the next renewal uses what you put with \`secret put\`.`,
  );
}

import { declarationOf } from "../../functions/providers/catalogue.ts";
import type { Command, CommandContext, CommandOptions, CommandOutput } from "../command.ts";
import { expectArgs } from "../command.ts";
import { UsageError } from "../failure.ts";
import { putSecret, undoPut } from "./put-secret.ts";
import { rotateSecret } from "./rotate-secret.ts";
import { openSecretStore } from "./secret-store.ts";
import type { SecretContext, SecretTarget } from "./secret-target.ts";
import { parseSecretTarget } from "./secret-target.ts";
import { showSecret } from "./show-secret.ts";

type SecretAction = (context: SecretContext, target: SecretTarget) => Promise<CommandOutput>;

/** `secret put|check|rotate <connection>`. */
export const secret: Command = (args, options) => {
  const [action, ...rest] = args;
  if (!isAction(action)) {
    throw new UsageError("Write secret put, secret check or secret rotate, and a connection.");
  }
  const [text] = expectArgs(rest, 1);
  const target = parseSecretTarget(text);
  const act = actionOf(action, target, options);
  return async (context: CommandContext) => {
    const store = openSecretStore();
    try {
      return await act({ ...context, store }, target);
    } finally {
      store.close();
    }
  };
};

const actions = ["put", "check", "rotate"] as const;

type Action = (typeof actions)[number];

function isAction(text: string | undefined): text is Action {
  return actions.some((action) => action === text);
}

function actionOf(
  action: Action,
  { provider }: SecretTarget,
  { file, undo, try: isTried = false, yes: isForced }: CommandOptions,
): SecretAction {
  if (undo && (action !== "put" || file !== undefined)) {
    throw new UsageError("--undo belongs to `secret put <connection>`, and takes no value.");
  }
  if (file !== undefined && action === "check")
    throw new UsageError("`secret check` takes no value.");
  if (isTried && action !== "check")
    throw new UsageError(
      "--try belongs to `secret check <connection>`: the others try a value anyway.",
    );
  switch (action) {
    case "put":
      return (context, target) =>
        undo
          ? undoPut(context, target, { isForced })
          : putSecret(context, target, { file, isForced });
    case "check":
      return (context, target) => showSecret(context, target, { isTried });
    case "rotate":
      requireStaticKey(provider);
      return (context, target) => rotateSecret(context, target, { file, isForced });
  }
}

function requireStaticKey(provider: SecretTarget["provider"]): void {
  if (declarationOf(provider).credential.type === "static-key") return;
  throw new UsageError(
    `${provider} has no static key: the next renewal uses what you put with \`secret put\`.`,
  );
}

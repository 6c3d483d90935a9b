import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { Dependencies } from "../../functions/model/dependencies.ts";
import type { Grant, Issued, NotIssued } from "../../functions/model/provider.ts";
import { unprintable } from "../../functions/model/sensitive.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { TokenStore } from "../../functions/model/token-store.ts";

/** Breaks the code at its ports, to prove that a checker detects it. */
export interface Breakage {
  /** The ports, changed for one process. */
  deps?(deps: Dependencies): Dependencies;
  /** A write, instead of the one that was sent. */
  update?(input: UpdateItemCommandInput): UpdateItemCommandInput;
}

/** A command as it reaches the table. */
export function brokenCommand({ update }: Breakage, command: object): object {
  if (!update || !(command instanceof UpdateItemCommand)) return command;
  return new UpdateItemCommand(update(command.input));
}

export function withStore(change: (store: TokenStore) => Partial<TokenStore>) {
  return (deps: Dependencies): Dependencies => ({
    ...deps,
    store: { ...deps.store, ...change(deps.store) },
  });
}

/** A write to a record, with one change. */
export function changed<T>(writtenTo: (current: TokenRecord) => T, change: Partial<T>) {
  return (current: TokenRecord): T => ({ ...writtenTo(current), ...change });
}

type Issue = () => Promise<Issued | NotIssued>;

export function withIssuing(issuing: (issue: Issue) => Promise<Issued | NotIssued>) {
  return (deps: Dependencies): Dependencies => ({
    ...deps,
    provider: {
      ...deps.provider,
      async issuer() {
        const issuer = await deps.provider.issuer();
        return {
          openGrant(secret, credential) {
            const grant = issuer.openGrant(secret, credential);
            const { revocationScope, callsProvider } = grant;
            const issue = (signal: AbortSignal) => issuing(() => grant.issue(signal));
            return unprintable<Grant>({ revocationScope, callsProvider, issue });
          },
        };
      },
    },
  });
}

export function withIssued(change: (issued: Issued) => Issued) {
  return withIssuing(async (issue) => {
    const result = await issue();
    return result.kind === "issued" ? change(result) : result;
  });
}

/** The store's writes, identified by the attributes that they set or remove. */
export function sets({ UpdateExpression = "" }: UpdateItemCommandInput, name: string): boolean {
  const [set = ""] = UpdateExpression.split("REMOVE ");
  return set.includes(`#${name} =`);
}

export function removes({ UpdateExpression = "" }: UpdateItemCommandInput, name: string): boolean {
  const [, removed = ""] = UpdateExpression.split("REMOVE ");
  return removed.split(", ").includes(`#${name}`);
}

export const takesLease = (input: UpdateItemCommandInput) => sets(input, "leaseOwner");
export const endsLease = (input: UpdateItemCommandInput) => removes(input, "leaseOwner");

/** The write, with another condition. */
export function onlyIf(
  input: UpdateItemCommandInput,
  ConditionExpression: string,
): UpdateItemCommandInput {
  return { ...input, ConditionExpression };
}

/** The write, without a condition. */
export function unconditional(input: UpdateItemCommandInput): UpdateItemCommandInput {
  return { ...input, ConditionExpression: undefined };
}

import { InvokeCommand, LambdaClient, paginateListFunctions } from "@aws-sdk/client-lambda";
import type { Problem } from "../functions/http/contract.ts";
import { failureOfAwsError } from "./aws-failure.ts";
import { CommandFailure, cliFailure } from "./failure.ts";
import type { FunctionKind } from "./find-function.ts";
import { findFunctionName } from "./find-function.ts";

/** The deployed functions, in the account and Region that the environment names. */
export interface DeployedFunctions {
  /** What a function answers. Fails with a `Failure`, for a problem in the answer too. */
  invoke<Answer>(part: FunctionKind, realm: string | null, payload: object): Promise<Answer>;
  close(): void;
}

/** `named`: the function to invoke, where it is not to be looked for. */
export function openDeployedFunctions(named: string | undefined): DeployedFunctions {
  // A second attempt could use up a code twice, or count a rejection twice.
  const client = new LambdaClient({ maxAttempts: 1 });

  async function nameOf(part: FunctionKind, realm: string | null): Promise<string> {
    const all: { name: string; description: string }[] = [];
    for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
      for (const { FunctionName, Description } of Functions) {
        all.push({ name: FunctionName ?? "", description: Description ?? "" });
      }
    }
    return findFunctionName(all, part, realm);
  }

  async function invoke(FunctionName: string, payload: object): Promise<unknown> {
    const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload) });
    const { Payload, FunctionError } = await client.send(command);
    const answer: unknown = JSON.parse(Payload?.transformToString() || "null");
    if (FunctionError) throw functionFailed(FunctionName, answer);
    const { problem } = Object(answer) as { problem?: Problem };
    if (problem) throw new CommandFailure(problem);
    return answer;
  }

  return {
    async invoke<Answer>(part: FunctionKind, realm: string | null, payload: object) {
      try {
        return (await invoke(named ?? (await nameOf(part, realm)), payload)) as Answer;
      } catch (error) {
        throw error instanceof CommandFailure ? error : failureOfAwsError(error);
      }
    },
    close: () => client.destroy(),
  };
}

/** It did not answer at all: it does not start, was killed, or there is no such handler. */
function functionFailed(name: string, answer: unknown): CommandFailure {
  const { errorType = "", errorMessage = "" } = Object(answer);
  return cliFailure(
    "function-failed",
    "The function failed",
    `${name} answered nothing: ${[errorType, errorMessage].filter(Boolean).join(": ")}`,
  );
}

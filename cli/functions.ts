import { InvokeCommand, LambdaClient, paginateListFunctions } from "@aws-sdk/client-lambda";
import type { Problem } from "../functions/http/contract.ts";
import { awsFailure } from "./aws-failure.ts";
import { Failure, unreached } from "./failure.ts";
import type { Part } from "./find-function.ts";
import { foundIn } from "./find-function.ts";

/** The deployed functions, in the account and Region that the environment names. */
export interface Functions {
  /** What a function answers. Fails with a `Failure`, for a problem in the answer too. */
  ask<Answer>(part: Part, realm: string | null, payload: object): Promise<Answer>;
  close(): void;
}

/** `named`: the function to invoke, where it is not to be looked for. */
export function openFunctions(named: string | undefined): Functions {
  // A second attempt could use up a code twice, or count a rejection twice.
  const client = new LambdaClient({ maxAttempts: 1 });

  async function nameOf(part: Part, realm: string | null): Promise<string> {
    const all: { name: string; description: string }[] = [];
    for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
      for (const { FunctionName, Description } of Functions) {
        all.push({ name: FunctionName ?? "", description: Description ?? "" });
      }
    }
    return foundIn(all, part, realm);
  }

  async function invoke(FunctionName: string, payload: object): Promise<unknown> {
    const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload) });
    const { Payload, FunctionError } = await client.send(command);
    const answer: unknown = JSON.parse(Payload?.transformToString() || "null");
    if (FunctionError) throw functionFailed(FunctionName, answer);
    const { problem } = Object(answer) as { problem?: Problem };
    if (problem) throw new Failure(problem);
    return answer;
  }

  return {
    async ask<Answer>(part: Part, realm: string | null, payload: object) {
      try {
        return (await invoke(named ?? (await nameOf(part, realm)), payload)) as Answer;
      } catch (error) {
        throw error instanceof Failure ? error : awsFailure(error);
      }
    },
    close: () => client.destroy(),
  };
}

/** It did not answer at all: it does not start, was killed, or there is no such handler. */
function functionFailed(name: string, answer: unknown): Failure {
  const { errorType = "", errorMessage = "" } = Object(answer);
  return unreached(
    "function-failed",
    "The function failed",
    `${name} answered nothing: ${[errorType, errorMessage].filter(Boolean).join(": ")}`,
  );
}

import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import middy from "@middy/core";
import { lambdaTransport } from "../../client/lambda-transport.ts";
import { createTokenClient } from "../../client/token-client.ts";
import { withToken } from "../../client/with-token.ts";

const functionName = process.env["VEND_CONFERMA"];
const transport = lambdaTransport({ client: new LambdaClient(), InvokeCommand, functionName });
const client = createTokenClient({ connection: "conferma/sandbox/default", transport });

/** An example consumer: calls Conferma with the current token, and after a 401 retries with the next one. */
export const handler = middy()
  .use(withToken({ client, as: "conferma" }))
  .handler(async (_event, { conferma }) => {
    const response = await conferma.fetch(process.env["CONFERMA_API"] ?? "");
    return { status: response.status };
  });

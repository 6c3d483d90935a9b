// Plain JavaScript, because stripping types would cost every process 40 ms and 18 MB.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** @import { FunctionFailure, InvokeMessage, WorkerMessage } from "./lambda-messages.ts" */

// The host has ended: nothing waits for an answer.
process.on("disconnect", () => process.exit());
// Ctrl-C reaches every process of the terminal; the host decides when this one ends.
process.on("SIGINT", () => {});
process.on("uncaughtException", (error) => crash(failure(error)));
process.on("unhandledRejection", (reason) => {
  const { errorMessage, trace } = failure(reason);
  crash({ errorType: "Runtime.UnhandledPromiseRejection", errorMessage, trace });
});

const handler = await loadHandler().catch((error) => crash(initFailure(error)));

if (handler) {
  process.on("message", (/** @type {InvokeMessage} */ message) => void invoke(message));
  send({ type: "ready" });
}

/** @param {InvokeMessage} message */
async function invoke(message) {
  try {
    const result = await handler(JSON.parse(message.event), context(message));
    send({ type: "result", payload: JSON.stringify(result) ?? "null" });
  } catch (error) {
    send({ type: "error", payload: failure(error) });
  }
}

/** @param {InvokeMessage} message */
function context({ requestId, invokedFunctionArn, deadlineEpochMs }) {
  const environment = process.env;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: requestId,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadlineEpochMs - Date.now(),
  };
}

async function loadHandler() {
  const { _HANDLER = "", LAMBDA_TASK_ROOT = "" } = process.env;
  const dot = _HANDLER.lastIndexOf(".");
  const stem = join(LAMBDA_TASK_ROOT, _HANDLER.slice(0, dot));
  const file = [".mjs", ".js", ".cjs"].map((end) => stem + end).find(existsSync);
  if (!file) throw namedError("Runtime.ImportModuleError", `Error: Cannot find module '${stem}'`);
  const found = (await import(pathToFileURL(file).href))[_HANDLER.slice(dot + 1)];
  if (typeof found === "function") return found;
  throw namedError("Runtime.HandlerNotFound", `${_HANDLER} is undefined or not exported`);
}

/** As the Node.js runtime does it: https://github.com/aws/aws-lambda-nodejs-runtime-interface-client */
function initFailure(error) {
  const { errorMessage, trace } = failure(error);
  const renamed = (name, kind) => ({
    errorType: `Runtime.${name}`,
    errorMessage: `${kind}: ${errorMessage}`,
    trace,
  });
  const isNotFound = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(error?.code);
  if (isNotFound) return renamed("ImportModuleError", "Error");
  if (error instanceof SyntaxError) return renamed("UserCodeSyntaxError", "SyntaxError");
  return failure(error);
}

/** @returns {FunctionFailure} */
function failure(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? "").split("\n"),
  };
}

function namedError(name, message) {
  return Object.assign(new Error(message), { name });
}

/** @param {FunctionFailure} payload */
function crash(payload) {
  process.send?.({ type: "crash", payload }, () => process.exit(1));
}

/** @param {WorkerMessage} message */
function send(message) {
  process.send?.(message);
}

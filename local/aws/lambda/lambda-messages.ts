/** The messages between host and worker over the process's IPC channel. */
export interface InvokeMessage {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  readonly invokedFunctionArn: string;
  readonly deadlineEpochMs: number;
}

export type WorkerMessage =
  | { readonly type: "ready" }
  | { readonly type: "result"; readonly payload: string }
  | { readonly type: "error"; readonly payload: FunctionFailure }
  /** The worker exits after this. */
  | { readonly type: "crash"; readonly payload: FunctionFailure };

/** The payload of an invocation that failed. */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

type Act = (argument: never) => unknown;

interface Call {
  readonly id: number;
  readonly act: string;
  readonly argument: never;
}

/** Answers the calls of the parent process, several at a time, and ends with it. */
export function answerCalls(acts: Readonly<Record<string, Act>>): void {
  process.on("disconnect", () => process.exit());
  process.on("message", ({ id, act, argument }: Call) => {
    const answer = async () => {
      const chosen = acts[act];
      if (!chosen) throw new RangeError(`There is no act "${act}".`);
      return chosen(argument);
    };
    answer().then(
      (value) => process.send?.({ id, value }),
      (error: unknown) => process.send?.({ id, error: messageOf(error) }),
    );
  });
  process.send?.("ready");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? String(error.stack) : String(error);
}

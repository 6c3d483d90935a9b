// The built bundle, called as Lambda calls it.

/** @param {import("./candidate.ts").CandidateOptions} options */
export async function open({ bundle }) {
  const { handler } = await import(bundle);
  return {
    async vend({ account }) {
      const deadline = Date.now() + 10_000;
      const answer = await handler(
        { account },
        {
          callbackWaitsForEmptyEventLoop: true,
          functionName: "vend-token",
          awsRequestId: crypto.randomUUID(),
          getRemainingTimeInMillis: () => deadline - Date.now(),
        },
      );
      if (answer.problem) throw new Error(answer.problem.code);
      return answer.token;
    },
  };
}

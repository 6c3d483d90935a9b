/**
 * What every peer's users do around it: a token is kept in memory until it expires, and concurrent calls of a process
 * share one request.
 * @param {(connection: import("../world/connection.ts").BenchConnection) => Promise<{ token: string, expiresAt: number }>} request
 */
export function rememberTokens(request) {
  const held = new Map();
  const asked = new Map();
  return async (connection) => {
    const { account } = connection;
    const one = held.get(account);
    if (one && Date.now() < one.expiresAt) return one.token;
    if (!asked.has(account)) {
      const answer = request(connection).finally(() => asked.delete(account));
      asked.set(account, answer);
    }
    const token = await asked.get(account);
    held.set(account, token);
    return token.token;
  };
}

const patienceMs = 3000;

/** What an address answered; or why it did not, in a word: `ENOTFOUND`, `TimeoutError`. */
type AddressAnswer =
  | { readonly status: number; readonly headers: Headers }
  | { readonly noAnswer: string };

/** One request without credentials, which follows no redirect. What is answered besides headers is not read. */
export async function askAddress(url: string, method: "HEAD" | "GET"): Promise<AddressAnswer> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(url, { method, redirect: "manual", signal });
    await response.body?.cancel();
    return { status: response.status, headers: response.headers };
  } catch (error) {
    const { cause, name } = Object(error);
    const { code } = Object(cause);
    return { noAnswer: String(code ?? name) };
  }
}

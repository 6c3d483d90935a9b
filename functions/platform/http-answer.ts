import type { IncomingMessage } from "node:http";

/** More than any token response needs. */
const maxBodyBytes = 64 * 1024;

/**
 * An answer's text. Null when it is longer than 64 KB, compressed although we did not accept that, or not UTF-8. Read by
 * events, because an async iterator watches the stream with listeners of its own, in every store hit.
 */
export function readAnswer(response: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= maxBodyBytes) return;
      response.destroy();
      resolve(null);
    });
    response.on("end", () => resolve(textOf(response, chunks)));
    // Also when the answer is cut off.
    response.on("error", reject);
  });
}

function textOf({ headers }: IncomingMessage, chunks: readonly Buffer[]): string | null {
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return null;
  }
}

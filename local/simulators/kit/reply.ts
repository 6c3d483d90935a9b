/** A reply of a simulated provider, before any fault is applied. */
export interface SimulatedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReplyBody;
  /** The credential in this reply, to record whether it was delivered. */
  readonly credential?: ReplyCredential;
}

export type ReplyBody = { readonly json: unknown } | { readonly raw: string | Uint8Array };

export interface ReplyCredential {
  readonly value: string;
  readonly fingerprint: string;
  wasDelivered: boolean;
}

export function jsonReply(
  status: number,
  json: unknown,
  headers: Readonly<Record<string, string>> = {},
): SimulatedReply {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: { json },
  };
}

export function textReply(
  status: number,
  raw: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): SimulatedReply {
  return { status, headers: { "content-type": "text/plain", ...headers }, body: { raw } };
}

export function bytesOf(body: ReplyBody): Buffer {
  return Buffer.from("raw" in body ? body.raw : JSON.stringify(body.json));
}

/** Distinguished Encoding Rules (ITU-T X.690 §8 and §10), as much of them as a certificate needs. */

export function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content), content]);
}

function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = unsigned(BigInt(length));
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

function unsigned(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
}

export const sequence = (...items: readonly Uint8Array[]) => tagged(0x30, ...items);
export const set = (...items: readonly Uint8Array[]) => tagged(0x31, ...items);
export const octetString = (content: Uint8Array) => tagged(0x04, content);
export const text = (value: string) => tagged(0x0c, Buffer.from(value));
export const yes = tagged(0x01, Buffer.from([0xff]));

/** `explicit` ones wrap a whole element. */
export const explicit = (number: number, element: Uint8Array) => tagged(0xa0 | number, element);

/** Never negative: a leading zero keeps the sign bit clear. */
export function integer(value: Uint8Array): Buffer {
  const isHigh = ((value[0] ?? 0) & 0x80) !== 0;
  return tagged(0x02, isHigh ? Buffer.from([0]) : Buffer.alloc(0), value);
}

export function bitString(content: Uint8Array, unusedBits = 0): Buffer {
  return tagged(0x03, Buffer.from([unusedBits]), content);
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return tagged(0x06, Buffer.from([40 * first + second, ...rest.flatMap(inSevens)]));
}

/** Seven bits a byte, the high bit on all but the last. */
function inSevens(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) bytes.unshift((left & 0x7f) | 0x80);
  return bytes;
}

/** GeneralizedTime is for years from 2050 on (RFC 5280 §4.1.2.5). */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return at.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(digits.slice(2)))
    : tagged(0x18, Buffer.from(digits));
}

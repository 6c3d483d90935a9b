/** Every encoding in which a secret could leak. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ "": secret }).toString().slice(1),
    bytes.toString("hex"),
    ...[0, 1, 2].map((shift) => base64Within(bytes, shift)),
  ];
}

/**
 * The Base64 digits of bytes that start `shift` bytes into a longer text, without the digits shared with neighbours.
 */
function base64Within(bytes: Buffer, shift: number): string {
  const padded = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
  return padded.replaceAll("=", "").slice(shift === 0 ? 0 : shift + 1, -2);
}

/** The names of the canaries that a text contains. */
export function canariesIn(text: string, canaries: Readonly<Record<string, string>>): string[] {
  const flat = text.toLowerCase();
  return Object.entries(canaries)
    .filter(([, secret]) => formsOf(secret).some((form) => flat.includes(form.toLowerCase())))
    .map(([name]) => name);
}

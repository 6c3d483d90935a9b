/** Every form in which a secret could show up where it must not. */
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

/** What base64 shows of bytes that begin `shift` bytes into a longer text, without the digits that neighbours share. */
function base64Within(bytes: Buffer, shift: number): string {
  const padded = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
  return padded.replaceAll("=", "").slice(shift === 0 ? 0 : shift + 1, -2);
}

/** The canaries that sing in a text, each by its name. */
export function canariesIn(text: string, canaries: Readonly<Record<string, string>>): string[] {
  const flat = text.toLowerCase();
  return Object.entries(canaries)
    .filter(([, secret]) => formsOf(secret).some((form) => flat.includes(form.toLowerCase())))
    .map(([name]) => name);
}

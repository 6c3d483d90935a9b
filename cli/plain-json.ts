/** Text from elsewhere, such as a customer's name, must not contain terminal control sequences. */
export function replaceControlCharacters(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, "\ufffd");
}

/** Parses what a function answers or logs. Its texts are from elsewhere: none of them can move the cursor, or colour. */
export function parsePlainJson(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === "string" ? replaceControlCharacters(value) : value,
  );
}

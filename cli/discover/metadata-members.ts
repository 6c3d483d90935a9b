/** As many as anybody reads. */
const maxWords = 60;

/** Text of a member that may be printed and be a setting: visible ASCII. Null for anything else. */
export function wordOf(member: unknown): string | null {
  return typeof member === "string" && /^[\x21-\x7e]{1,2000}$/.test(member) ? member : null;
}

/** The words of a list, such as scopes or grants; null where there is no list. What is no word is left out. */
export function wordsIn(member: unknown): string[] | null {
  if (!Array.isArray(member)) return null;
  const words = member.filter((each) => wordOf(each) !== null && each.length <= 200);
  return [...new Set<string>(words)].slice(0, maxWords);
}

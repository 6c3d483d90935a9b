/** Breaks text into lines that fit a terminal. `indent` and `hanging` begin the first line and the others. */
export function wrapText(text: string, indent = "", hanging = indent, columns = 80): string {
  const lines: string[] = [];
  let line = indent;
  let hasWord = false;
  for (const word of text.split(" ")) {
    const longer = hasWord ? `${line} ${word}` : `${line}${word}`;
    if (hasWord && longer.length > columns) {
      lines.push(line);
      line = `${hanging}${word}`;
    } else line = longer;
    hasWord = true;
  }
  return [...lines, line].join("\n");
}

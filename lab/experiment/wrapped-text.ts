/** `text` in lines of at most `columns`, cut between words; a longer word has a line of its own. */
export function wrappedText(text: string, columns: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > columns && line !== '') lines.push(line);
    line = longer.length > columns ? word : longer;
  }
  return [...lines, line].map((each) => `${each}\n`).join('');
}

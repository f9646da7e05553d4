/** A word as a shell takes it: for commands that people are to type. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command line, each word as a shell takes it. */
export function shellCommand(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

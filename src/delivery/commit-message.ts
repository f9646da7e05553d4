import { printable } from "../model/refusal.ts";

export interface CommitText {
  /** One line. */
  readonly title: string;
  /** May be empty. */
  readonly body: string;
  /** For programs and for `git log --format=%(trailers)`: by name, such as `Lockstep-Statement`. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** The title as one line that steers no terminal. */
export function titleLine({ title }: CommitText): string {
  return oneLine(title);
}

/** Body and trailers, without the title: what a pull request says. */
export function messageBody({ body, trailers }: CommitText): string {
  const paragraphs = [bodyText(body), trailerLines(trailers)].filter((paragraph) => paragraph !== "");
  return paragraphs.map((paragraph) => `${paragraph}\n`).join("\n");
}

/** As git wants a message: title, body, trailers, a blank line between them. Only the last paragraph holds trailers. */
export function commitMessage(text: CommitText): string {
  const body = messageBody(text);
  return body === "" ? `${titleLine(text)}\n` : `${titleLine(text)}\n\n${body}`;
}

/** A reason is anyone's text: some lines would end the message where it is sent as a patch, before its trailers. */
function bodyText(body: string): string {
  const lines = printable(body.replaceAll("\r\n", "\n")).split("\n");
  return lines
    .map((line) => line.trimEnd().replace(/^(?=---|diff -|Index: )/, " "))
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .replaceAll(/^\n+|\n+$/g, "");
}

function trailerLines(trailers: Readonly<Record<string, string>>): string {
  return Object.entries(trailers)
    .map(([name, value]) => {
      if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) throw new Error(`a trailer cannot be called ${name}`);
      return `${name}: ${oneLine(value)}`;
    })
    .join("\n");
}

function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, " ").trim());
}

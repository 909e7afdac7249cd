/** Where in a query an error lies, as the server writes it: `line:column: message`, both counted from 1. */

export interface QueryError {
  message: string;
  /** Null when the error has no place in the text, e.g. a timeout. */
  place: { line: number; column: number } | null;
}

const PLACE = /(?:^|\s)(\d+):(\d+): /;

export function parseQueryError(text: string): QueryError {
  const match = PLACE.exec(text);
  if (match === null) return { message: text, place: null };
  const message = text.slice(match.index + match[0].length);
  return { message, place: { line: Number(match[1]), column: Number(match[2]) } };
}

/**
 * The characters to underline: from the place to the end of the word there, and at least one character.
 * Columns count bytes of UTF-8, as PromQL parsers do.
 */
export function errorSpan(query: string, place: { line: number; column: number }): { from: number; to: number } {
  const lines = query.split('\n');
  const line = lines[place.line - 1];
  if (line === undefined) return lastCharacter(query);
  const lineStart = lines.slice(0, place.line - 1).reduce((sum, before) => sum + before.length + 1, 0);
  const within = bytesToIndex(line, place.column - 1);
  const word = /^[\w:]+/.exec(line.slice(within))?.[0] ?? '';
  const from = lineStart + within;
  const to = Math.min(query.length, from + Math.max(1, word.length));
  return from < to ? { from, to } : lastCharacter(query);
}

/** An error after the last character is shown at it: nothing else is there to underline. */
function lastCharacter(query: string): { from: number; to: number } {
  const end = query.trimEnd().length;
  return { from: Math.max(0, end - 1), to: end };
}

function bytesToIndex(line: string, bytes: number): number {
  const encoder = new TextEncoder();
  let index = 0;
  let seen = 0;
  for (const character of line) {
    if (seen >= bytes) break;
    seen += encoder.encode(character).length;
    index += character.length;
  }
  return index;
}

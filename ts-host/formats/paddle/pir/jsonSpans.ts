// Where the parts of a JSON text lie. JSON.parse says what a text means, but not how it was spelled: whole numbers beyond 2^53
// and the digits of floats are lost. A writer that keeps what it does not change copies spans of the text instead.
//
// The text must be valid JSON (JSON.parse took it): so only strings and nesting are looked at, and nothing is checked.

/** A part of a text: [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
/** `[` and `{`, `]` and `}`. */
const isOpening = (code: number): boolean => code === 0x5b || code === 0x7b;
const isClosing = (code: number): boolean => code === 0x5d || code === 0x7d;
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** The spans between the commas of the list or object in `span`, spaces around them included; so that joined by commas they are
 *  the text that lies between the brackets. */
export function jsonPieces(text: string, span: Span): Span[] {
  const { start, end } = trimmed(text, span);
  const inside = { start: start + 1, end: end - 1 };
  const pieces: Span[] = [];
  let from = inside.start;
  for (let at = from; at < inside.end; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at) - 1;
    else if (isOpening(code)) at = nestedEnd(text, at) - 1;
    else if (code === COMMA) {
      pieces.push({ start: from, end: at });
      from = at + 1;
    }
  }
  const last = { start: from, end: inside.end };
  const isEmpty = pieces.length === 0 && trimmed(text, last).start === last.end;
  return isEmpty ? [] : [...pieces, last];
}

/** The values of a list. */
export function jsonItems(text: string, span: Span): Span[] {
  return jsonPieces(text, span).map((piece) => trimmed(text, piece));
}

/** The value of a member of an object; undefined where it has none of that name. Of two of one name the later counts, as to
 *  JSON.parse. */
export function jsonMember(text: string, span: Span, name: string): Span | undefined {
  let found: Span | undefined;
  for (const piece of jsonPieces(text, span)) {
    const { start, end } = trimmed(text, piece);
    const keyEnd = stringEnd(text, start);
    if (JSON.parse(text.slice(start, keyEnd)) !== name) continue;
    found = trimmed(text, { start: text.indexOf(':', keyEnd) + 1, end });
  }
  return found;
}

/** The span without the spaces around it. */
export function trimmed(text: string, { start, end }: Span): Span {
  let [from, to] = [start, end];
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return { start: from, end: to };
}

/** Behind the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Behind the list or object that begins at `start`. Not recursive: nesting in a file may be deep. */
function nestedEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at) - 1;
    else if (isOpening(code)) depth++;
    else if (isClosing(code) && --depth === 0) return at + 1;
  }
}

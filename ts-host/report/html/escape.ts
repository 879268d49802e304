// Text of others inside a page: names of values and nodes hold whatever their file says.

/** Text between tags, or in an attribute with double quotes. Control characters, which HTML does not have, become U+FFFD. */
export function escapeText(text: string): string {
  return text.replace(CONTROLS, '\uFFFD').replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** A name, kept apart from the text around it whichever way it is written. */
export function nameText(name: string): string {
  return `<bdi>${escapeText(name)}</bdi>`;
}

/** JSON inside a script element: nothing in it can end the element. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

// Characters that turn the direction of text, take no place, or control a terminal.
const hidden =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/g

/** Text from anywhere, with characters that could deceive the eye written out. */
export function plainText(text: string): string {
  return text.replace(
    hidden,
    (character) => `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  )
}

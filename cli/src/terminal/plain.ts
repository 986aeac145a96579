/** Control characters out, so that no text from a hub can move the cursor. */
export const plain = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')

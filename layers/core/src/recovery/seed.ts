/**
 * A number from 0 to 2³² − 1 that is always the same for a text (FNV-1a over its UTF-16 units): another
 * attempt draws the same lots. It hides nothing.
 */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

import type { TextKind } from '@hubkeeper/core'
import { isDefaultPassword, templateOf } from './default-passwords.ts'
import { isMadeOfWords, looksRandom, varietyOf } from './entropy.ts'
import { type SecretFamily, wordsOf } from './names.ts'
import { isCode, isPath, isReference } from './references.ts'

/** A value that was assigned to something that is called a secret. */
export interface AssignedValue {
  readonly name: string
  readonly family: SecretFamily
  readonly value: string
  readonly kind: TextKind
  readonly quoted: boolean
  /** More words follow it, as in a sentence. */
  readonly inSentence: boolean
}

/** Whether a value is a secret by itself, a default that everybody knows, or neither. */
export function judgeValue(assigned: AssignedValue): 'assigned-secret' | 'default-password' | null {
  const { family, inSentence, kind, name, quoted } = assigned
  const value = assigned.value.trim()
  if (value.length < 3) return null
  if (isKnown(assigned, value)) return inSentence ? null : 'default-password'
  if (value.length < 4 || isReference(value) || isPath(value) || (!quoted && isCode(value))) return null
  if (templateOf(value) !== null || isName(value, name)) return null
  const isStrong = kind === 'log' || inSentence ? strongInProse : strongInFile
  return isStrong(value, family, inSentence) ? 'assigned-secret' : null
}

/** A key that everybody knows is one only where it signs or opens something: `token: test` is no finding. */
function isKnown({ family, kind, name }: AssignedValue, value: string): boolean {
  const opens = family === 'password' || (kind !== 'log' && wordsOf(name).includes('secret'))
  if (!opens) return false
  if (isDefaultPassword(value)) return true
  const template = templateOf(value)
  return kind !== 'log' && (template === 'stand-in' || (template === 'request' && !/^[<[]/.test(value)))
}

/** The name once more, as documentation has it. */
const isName = (value: string, name: string): boolean => wordsOf(value).join() === wordsOf(name).join()

function strongInFile(value: string, family: SecretFamily): boolean {
  if (/\s/.test(value)) return isPassphrase(value)
  return family === 'password' ? !/^\d{1,5}$/.test(value) : looksRandom(value)
}

function strongInProse(value: string, family: SecretFamily, inSentence: boolean): boolean {
  if (/\s/.test(value)) return false
  if (inSentence) return value.length >= 16 && /\d/.test(value) && looksRandom(value)
  if (family === 'token') return looksRandom(value)
  return value.length >= 6 && varietyOf(value) >= 2 && !isMadeOfWords(value)
}

/** A sentence that only speaks of passwords has no words that mix letters and digits. */
const isPassphrase = (value: string): boolean =>
  value.split(/\s+/).length <= 8 &&
  value.split(/\s+/).some((word) => /\d/.test(word) && /[A-Za-z]/.test(word))

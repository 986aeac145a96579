import { messageOf, type Observation, onOneLine } from '@hubkeeper/core'
import { answerOf } from '../s3/errors.ts'
import { serviceError } from '../service-error.ts'

/** What came of one question to AWS. */
export type Told<T> =
  | { readonly state: 'told'; readonly value: T }
  /** There is no such setting, or no such thing. */
  | { readonly state: 'absent' }
  /** The question was refused, or nobody answered it. */
  | { readonly state: 'refused'; readonly reason: string }

/** A question with the right that it takes. */
export interface Question<T> {
  /** As IAM names it, such as `s3:GetBucketPolicy`. */
  readonly permission: string
  /** Names of errors that say that there is none. */
  readonly absent?: readonly string[]
  ask(): Promise<T>
}

/** Asks; never throws for what AWS answers. */
export async function told<T>({ absent = [], ask, permission }: Question<T>): Promise<Told<T>> {
  try {
    return { state: 'told', value: await ask() }
  } catch (error) {
    if (absent.includes(answerOf(error).name)) return { state: 'absent' }
    const { code } = serviceError(error, permission)
    const reason =
      code === 'no-access'
        ? `may not be asked: the role lacks ${permission}`
        : `cannot be asked (${permission}): ${onOneLine(messageOf(error)) || answerOf(error).name}`
    return { state: 'refused', reason }
  }
}

/** What is said of a thing before anybody looked at it. */
export type Subject = Pick<Observation, 'rule' | 'place' | 'expected'>

/** What to do about a question that was refused. */
const inStep = 'bring the role in step: npx cdk deploy --all'

/** That it could not be looked at. */
export const unknown = (subject: Subject, actual: string, advice: string | null = inStep): Observation => ({
  ...subject,
  status: 'unknown',
  actual,
  advice,
})

/** That it is as it should be. */
export const fine = (subject: Subject, actual: string): Observation => ({
  ...subject,
  status: 'ok',
  actual,
  advice: null,
})

import type { CheckId, Finding, FindingStatus, Report } from '@hubkeeper/core'

/**
 * What a finding says of an item. silent: it could not look; inapplicable: there is nothing to look at;
 * beside: it says nothing to the point.
 */
export type Word = 'yes' | 'no' | 'silent' | 'inapplicable' | 'beside'

/** What findings of a check say, by their status. */
export type Words = Readonly<
  Partial<Record<FindingStatus, Word | ((finding: Finding, report: Report) => Word)>>
>

/** What the newest report of a task in the time of a checklist has to say. */
export type Evidence =
  /** That it did its job. */
  | { readonly kind: 'done'; readonly task: string }
  /** That it left a document. */
  | { readonly kind: 'document'; readonly task: string; readonly key: RegExp; readonly what: string }
  /** What it found. */
  | {
      readonly kind: 'findings'
      readonly task: string
      readonly checks: Readonly<Partial<Record<CheckId, Words>>>
      /** What it says that the task failed. */
      readonly failure: 'no' | 'silent'
    }

/** An item, and what ticks it. */
export interface ItemRule {
  readonly id: string
  readonly title: string
  /** What has to be there, all of it. */
  readonly evidence: readonly Evidence[]
  /** What can only say that it is not so. */
  readonly against?: readonly Evidence[]
  /**
   * unless-told: a person may sign it where no evidence says yes or no.
   *
   * @default a person may sign it only where what should be looked at is not there
   */
  readonly signature?: 'unless-told'
}

/** What findings say unless a rule says something else. */
export const usually = {
  ok: 'yes',
  warning: 'no',
  critical: 'no',
  unknown: 'silent',
  skipped: 'inapplicable',
} as const satisfies Words

/** For what only has to be looked at, whatever is found. */
export const lookedAt: Words = { warning: 'yes', critical: 'yes' }

/** For what can only speak against it. */
export const onlyAgainst: Words = { ok: 'beside', unknown: 'beside', skipped: 'beside' }

/** That a task did its job. */
export const done = (task: string): Evidence => ({ kind: 'done', task })

/** That a task left a document. */
export const document = (task: string, key: RegExp, what: string): Evidence => ({
  kind: 'document',
  task,
  key,
  what,
})

type Checks = Extract<Evidence, { kind: 'findings' }>['checks']

/** That a task found something to be so: when it failed, nobody knows. */
export const found = (task: string, checks: Checks): Evidence => ({
  kind: 'findings',
  task,
  checks,
  failure: 'silent',
})

/** That a task did something, and how that went: when it failed, it was not done. */
export const worked = (task: string, checks: Checks): Evidence => ({
  kind: 'findings',
  task,
  checks,
  failure: 'no',
})

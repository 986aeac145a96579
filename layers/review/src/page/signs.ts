import type { FindingStatus, RunStatus } from '@hubkeeper/core'

/** Any status that a page shows. */
export type Status = FindingStatus | RunStatus

/** A status as a sign of its own: who sees no colours tells them apart by it. */
export const signs: Readonly<Record<Status, string>> = {
  ok: '✔',
  skipped: '–',
  unknown: '?',
  warning: '▲',
  critical: '✖',
  failed: '✖',
}

/**
 * The shape of a status in a square of 20: a round one is well, one with corners is not. What is drawn
 * into it has the colour of the paper.
 */
export const shapes: Readonly<Record<Status, { readonly outline: string; readonly inside: string }>> = {
  ok: { outline: 'M10 1a9 9 0 1 0 0 18a9 9 0 1 0 0-18z', inside: 'M5.8 10.4l2.9 2.9l5.6-6' },
  skipped: { outline: 'M10 1a9 9 0 1 0 0 18a9 9 0 1 0 0-18z', inside: 'M6 10h8' },
  unknown: {
    outline: 'M3 1h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2h-14a2 2 0 0 1-2-2v-14a2 2 0 0 1 2-2z',
    inside: 'M7.4 7.6a2.6 2.6 0 1 1 3.7 2.4q-1.1.6-1.1 2M10 15v.1',
  },
  warning: { outline: 'M10 1.2l9.2 17.3h-18.4z', inside: 'M10 7.4v5.2M10 15.6v.1' },
  critical: {
    outline: 'M6.3 1h7.4l5.3 5.3v7.4l-5.3 5.3h-7.4l-5.3-5.3v-7.4z',
    inside: 'M6.8 6.8l6.4 6.4M13.2 6.8l-6.4 6.4',
  },
  failed: { outline: 'M1 1h18v18h-18z', inside: 'M6.5 6.5l7 7M13.5 6.5l-7 7' },
}

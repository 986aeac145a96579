import { type Checklist, checklistState } from '@hubkeeper/review'

/** Checklists for programs; see `docs/contracts.md`, other documents. */
export const checklistDocument = (hub: string, at: Date, checklists: readonly Checklist[]) => ({
  schema: 1,
  hub,
  at: at.toISOString(),
  checklists: checklists.map((checklist) => ({
    cadence: checklist.cadence,
    state: checklistState(checklist),
    from: checklist.from.toISOString(),
    to: checklist.to.toISOString(),
    items: checklist.items,
  })),
})

import type { Fault, Outcome } from '@hubkeeper/core'

/** A fault as an outcome. */
export const faultOf = (kind: Fault['kind'], message: string): { state: 'fault'; fault: Fault } => ({
  state: 'fault',
  fault: { kind, message, missing: [] },
})

/** The same outcome about another value; only a done one has a value. */
export const failed = <T>(outcome: Exclude<Outcome<unknown>, { state: 'done' }>): Outcome<T> => outcome

import { type Capacity, capacityOf } from '@hubkeeper/review'
import type { ReviewContext } from './context.ts'
import { diskLimits, fullestDisk } from './disk-limits.ts'
import { functionLimits } from './function-limits.ts'
import type { Measured } from './limit.ts'
import { memoryLimit, proofTime, recoveryTime } from './run-limits.ts'

/** How much room every limit leaves that growth may reach. */
export function capacitiesOf(context: ReviewContext, measured: Measured): Capacity[] {
  const { at } = context
  const limits = [
    ...diskLimits(context, measured),
    ...fullestDisk(context, measured),
    ...functionLimits(context, measured),
    ...proofTime(context, measured),
    ...memoryLimit(context, measured),
    ...recoveryTime(context, measured),
  ]
  return limits.map((limit) => capacityOf(limit, at))
}

import { serve } from '@hubkeeper/aws'
import { performanceReview } from './task.ts'

/** Lambda entry point. */
export const handler = serve(performanceReview)

import { serve } from '@hubkeeper/aws'
import { monthlyReview } from './task.ts'

/** Lambda entry point. */
export const handler = serve(monthlyReview)

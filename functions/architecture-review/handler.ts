import { serve } from '@hubkeeper/aws'
import { architectureReview } from './task.ts'

/** Lambda entry point. */
export const handler = serve(architectureReview)

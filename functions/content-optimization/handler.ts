import { serve } from '@hubkeeper/aws'
import { contentOptimization } from './task.ts'

/** Lambda entry point. */
export const handler = serve(contentOptimization)

import { serve } from '@hubkeeper/aws'
import { healthCheck } from './task.ts'

/** Lambda entry point. */
export const handler = serve(healthCheck)

import { serve } from '@hubkeeper/aws'
import { logRotation } from './task.ts'

/** Lambda entry point. */
export const handler = serve(logRotation)

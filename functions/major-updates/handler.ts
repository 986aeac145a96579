import { serve } from '@hubkeeper/aws'
import { majorUpdates } from './task.ts'

/** Lambda entry point. */
export const handler = serve(majorUpdates)

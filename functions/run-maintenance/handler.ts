import { serve } from '@hubkeeper/aws'
import { runMaintenance } from './task.ts'

/** Lambda entry point. */
export const handler = serve(runMaintenance)

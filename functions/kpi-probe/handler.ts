import { serve } from '@hubkeeper/aws'
import { kpiProbe } from './task.ts'

/** Lambda entry point. */
export const handler = serve(kpiProbe)

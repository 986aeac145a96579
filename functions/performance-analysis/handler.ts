import { serve } from '@hubkeeper/aws'
import { performanceAnalysis } from './task.ts'

/** Lambda entry point. */
export const handler = serve(performanceAnalysis)

import { serve } from '@hubkeeper/aws'
import { disasterRecoveryTest } from './task.ts'

/** Lambda entry point. */
export const handler = serve(disasterRecoveryTest)

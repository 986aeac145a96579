import { serve } from '@hubkeeper/aws'
import { verifyBackups } from './task.ts'

/** Lambda entry point. */
export const handler = serve(verifyBackups)

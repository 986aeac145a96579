import { serve } from '@hubkeeper/aws'
import { restoreBackup } from './task.ts'

/** Lambda entry point. */
export const handler = serve(restoreBackup)

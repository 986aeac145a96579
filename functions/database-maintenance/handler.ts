import { serve } from '@hubkeeper/aws'
import { databaseMaintenance } from './task.ts'

/** Lambda entry point. */
export const handler = serve(databaseMaintenance)

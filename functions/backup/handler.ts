import { serve } from '@hubkeeper/aws'
import { backup } from './task.ts'

/** Lambda entry point. */
export const handler = serve(backup)

import { serve } from '@hubkeeper/aws'
import { cleanup } from './task.ts'

/** Lambda entry point. */
export const handler = serve(cleanup)

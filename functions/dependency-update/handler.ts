import { serve } from '@hubkeeper/aws'
import { dependencyUpdate } from './task.ts'

/** Lambda entry point. */
export const handler = serve(dependencyUpdate)

import { serve } from '@hubkeeper/aws'
import { securityAudit } from './task.ts'

/** Lambda entry point. */
export const handler = serve(securityAudit)

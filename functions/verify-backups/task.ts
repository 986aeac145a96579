import {
  type Backup,
  type Context,
  certifiedFinding,
  defineTask,
  type Figure,
  type Finding,
  figure,
  finding,
  gibibytes,
  HubkeeperError,
  minutes,
  onDemand,
} from '@hubkeeper/core'
import * as z from 'zod'

const access = { backups: 'write' } as const

/** Reads stored backups back and certifies anew what is true of them now. */
export const verifyBackups = defineTask({
  name: 'verify-backups',
  title: 'Verify backups',
  summary: 'Stored backups read back, checked and certified anew, now',
  schedule: onDemand,
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: true,
  input: z.strictObject({
    backup: z.string().min(1).default('all').describe('an id, latest, or all'),
  }),
  async run(context, input) {
    const chosen = await choose(context, input.backup)
    const findings: Finding[] = []
    const figures: Figure[] = []
    for (const [i, backup] of chosen.entries()) {
      context.progress.step(`${i + 1} of ${chosen.length}: ${backup.manifest.id}`)
      const verified = await verify(context, backup)
      findings.push(verified.finding)
      figures.push(...verified.figures)
    }
    const { strays } = await context.backups.list()
    for (const { id, reason } of strays) {
      findings.push(
        finding('backup.proven', 'warning', { subject: id, expected: 'a whole backup', actual: reason }),
      )
    }
    return { findings, figures }
  },
})

async function choose({ backups }: Context<typeof access>, selector: string): Promise<readonly Backup[]> {
  const all = (await backups.list()).backups
  if (selector === 'all' && all.length > 0) return all
  const found = selector === 'all' ? null : await backups.find(selector)
  if (found !== null) return [found]
  throw new HubkeeperError(
    'backup-missing',
    selector === 'all' ? 'there is no backup yet' : `there is no backup ${selector}`,
    {
      hint: selector === 'all' ? 'make one: hubkeeper backup' : 'see what there is: hubkeeper backups list',
    },
  )
}

/** Proves one backup again, and compares the content with what was certified before. */
async function verify(
  { backups, dryRun }: Context<typeof access>,
  backup: Backup,
): Promise<{ finding: Finding; figures: Figure[] }> {
  const { id } = backup.manifest
  if (dryRun) {
    const actual = 'dry run: it would be read back and certified anew'
    return { finding: finding('backup.certified', 'skipped', { subject: id, actual }), figures: [] }
  }
  const { certificate, durationSeconds } = await backups.prove(backup)
  const certified = certifiedFinding(certificate)
  const before = backup.certificate?.digest ?? null
  const changed = before !== null && certificate.digest !== null && certificate.digest !== before
  const evidence = changed ? [`its content is not what was certified: ${before}`] : []
  return {
    finding: {
      ...certified,
      status: changed ? 'critical' : certified.status,
      evidence: [...certified.evidence, ...evidence],
    },
    figures: [figure('backup.proof-duration', durationSeconds, 'seconds', id)],
  }
}

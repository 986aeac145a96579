import { plainLine, type Support, supportOfVersion } from '@hubkeeper/audit'
import { countOf, days, type Finding, finding, measured, type SupportAnswer } from '@hubkeeper/core'
import type { UpdateContext } from './context.ts'
import type { ComparedPackage } from './majors.ts'
import { askedProducts, type RunningProduct } from './products.ts'

const check = 'runtime.end-of-life'

/** A product with what is known of its support, and how that was judged. */
export interface JudgedProduct {
  readonly running: RunningProduct
  readonly support: Support
  readonly finding: Finding
}

/** Asks for how long everything is supported that the hub runs on. */
export async function judgeSupport(
  { at, hub, progress, releases }: Pick<UpdateContext, 'at' | 'hub' | 'progress' | 'releases'>,
  products: readonly RunningProduct[],
  compared: readonly ComparedPackage[],
): Promise<JudgedProduct[]> {
  progress.step('Asking for ends of support')
  const asked = askedProducts(products)
  const answers = await releases.supportOf(asked)
  const byProduct = new Map(asked.map((product, i) => [product, answers[i]]))
  return products.map((running) => {
    const answer: SupportAnswer = byProduct.get(running.product) ?? { state: 'not-asked' }
    const support = supportOfVersion(running, answer, at)
    const released = compared.find(({ of }) => of.ecosystem === 'PyPI' && of.normalized === running.package)
    return { running, support, finding: supportFinding(running, support, released, { at, hub }) }
  })
}

function supportFinding(
  running: RunningProduct,
  support: Support,
  released: ComparedPackage | undefined,
  { at, hub }: Pick<UpdateContext, 'at' | 'hub'>,
): Finding {
  const subject = plainLine(`${running.title} ${running.version}`, 120)
  const details = { subject, evidence: [plainLine(running.origin), ...remarksOn(support)] }
  const { end } = support
  if (end instanceof Date) {
    const { status } = measured(check, (at.getTime() - end.getTime()) / 1000, hub.thresholds)
    return finding(check, status, { ...details, expected: 'supported', actual: endText(end, at) })
  }
  switch (end) {
    case 'over':
      return finding(check, 'critical', {
        ...details,
        expected: 'supported',
        actual: 'its support has ended',
      })
    case 'not-set':
      return finding(check, 'ok', { ...details, actual: 'supported; no end is set' })
    case 'newest-only':
      return newestOnlyFinding(details, running, released)
    case 'unknown':
      return finding(check, 'unknown', {
        ...details,
        expected: 'supported',
        actual: 'nothing tells for how long it is supported',
      })
  }
}

/** `supported until 2027-10-31, for 333 days`. */
function endText(end: Date, at: Date): string {
  const date = end.toISOString().slice(0, 10)
  const left = Math.floor(Math.abs(end.getTime() - at.getTime()) / days(1))
  return end <= at
    ? `its support ended on ${date}, ${countOf(left, 'day')} ago`
    : `supported until ${date}, for ${countOf(left, 'day')}`
}

const remarksOn = ({ latest, longest, source }: Support): string[] => [
  ...(latest === null ? [] : [`newest of its line: ${latest}`]),
  ...(longest === null ? [] : [`supported for the longest: ${longest}`]),
  plainLine(`source: ${source}`),
]

/** Where nothing but the newest release is supported, the index tells whether it is that one. */
function newestOnlyFinding(
  details: { readonly subject: string; readonly evidence: readonly string[] },
  { version }: RunningProduct,
  released: ComparedPackage | undefined,
): Finding {
  const expected = 'only the newest release is supported'
  if (released === undefined || released.version !== version) {
    return finding(check, 'unknown', { ...details, expected, actual: 'which one that is could not be asked' })
  }
  const { major, minor, patch } = released.newest
  const newest = major ?? minor ?? patch
  if (newest === null)
    return finding(check, 'ok', { ...details, expected, actual: 'it is the newest release' })
  return finding(check, 'warning', { ...details, expected, actual: `the newest is ${plainLine(newest, 60)}` })
}
